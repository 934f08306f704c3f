/* Streams for applications, over what a Unix has. */
#ifndef QUIRE_WIASTREAM_H
#define QUIRE_WIASTREAM_H

#include "wiabase.h"

#ifndef _WIN32

#ifdef __cplusplus
extern "C" {
#endif

/* A stream over the file of that name (UTF-8). grfMode: STGM_READ opens it, STGM_WRITE and STGM_READWRITE open it
   and make it when it is not there, with STGM_CREATE its content is cut off first.
   HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND): there is no such file, or no such folder. */
WIA_API HRESULT WiaCreateStreamOnFile(const char *path, DWORD grfMode, IStream **ppstm);

/* A stream over a file descriptor, which it duplicates. A pipe can be written from front to end only: Seek
   fails, so that formats which go back (TIFF) cannot be written into it. */
WIA_API HRESULT WiaCreateStreamOnDescriptor(int fd, IStream **ppstm);

/* A stream over memory of its own, empty at first. */
WIA_API HRESULT WiaCreateStreamOnMemory(IStream **ppstm);

#ifdef __cplusplus
}
#endif

#endif /* _WIN32 */

#endif
