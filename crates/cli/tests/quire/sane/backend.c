/* A back end that breaks rules, as a whole libsane: what it does wrong is the name of the device that is
   opened. Written against the SANE Standard; loaded by QUIRE_LIBSANE. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int SANE_Int, SANE_Word, SANE_Bool, SANE_Status, SANE_Action;
typedef unsigned char SANE_Byte;
typedef const char *SANE_String_Const;
typedef void *SANE_Handle;
typedef void (*SANE_Auth_Callback)(SANE_String_Const, char *, char *);
typedef struct { SANE_String_Const name, vendor, model, type; } SANE_Device;
typedef struct { SANE_Word min, max, quant; } SANE_Range;
typedef struct {
    SANE_String_Const name, title, desc;
    int type, unit;
    SANE_Int size, cap;
    int constraint_type;
    union {
        const SANE_String_Const *string_list;
        const SANE_Word *word_list;
        const SANE_Range *range;
    } constraint;
} SANE_Option_Descriptor;
typedef struct {
    int format;
    SANE_Bool last_frame;
    SANE_Int bytes_per_line, pixels_per_line, lines, depth;
} SANE_Parameters;

enum { SANE_TYPE_BOOL, SANE_TYPE_INT, SANE_TYPE_STRING = 3 };
enum { SANE_CAP_SOFT_SELECT = 1, SANE_CAP_SOFT_DETECT = 4 };
enum { SANE_CONSTRAINT_RANGE = 1, SANE_CONSTRAINT_WORD_LIST, SANE_CONSTRAINT_STRING_LIST };
enum { SANE_INFO_INEXACT = 1, SANE_INFO_RELOAD_OPTIONS = 2 };
enum { SANE_FRAME_GRAY, SANE_FRAME_RED = 2 };
enum { SANE_ACTION_GET_VALUE };
enum {
    SANE_STATUS_GOOD,
    SANE_STATUS_UNSUPPORTED,
    SANE_STATUS_CANCELLED,
    SANE_STATUS_DEVICE_BUSY,
    SANE_STATUS_INVAL,
    SANE_STATUS_EOF,
    SANE_STATUS_NO_DOCS = 7,
    SANE_STATUS_IO_ERROR = 9,
    SANE_STATUS_ACCESS_DENIED = 11,
    SANE_STATUS_WARMING_UP
};

enum { WIDTH = 100, LINES = 50, SHEETS = 3 };

static char fault[64];
static int sent, scans, starts, count = 3;
static SANE_Word mode_value = 1;
static char text_value[8] = "Gray";
/* Latin-1, as the standard has it. */
static char grain_value[8] = "glatt";
static const char coarse[] = "k\xf6rnig";

static int is(const char *name) { return strcmp(fault, name) == 0; }

static void hang(void)
{
    for (;;)
        pause();
}

SANE_Status sane_init(SANE_Int *version, SANE_Auth_Callback authorize)
{
    (void)authorize;
    if (version)
        *version = 1 << 24;
    return SANE_STATUS_GOOD;
}

void sane_exit(void) {}

SANE_Status sane_get_devices(const SANE_Device ***list, SANE_Bool local)
{
    static const SANE_Device nameless = { 0, 0, 0, 0 };
    static const SANE_Device bare = { "good", 0, 0, 0 };
    static const SANE_Device *devices[] = { &nameless, &bare, 0 };
    (void)local;
    if (getenv("BACKEND_LISTS_NOTHING"))
        return SANE_STATUS_IO_ERROR;
    *list = devices;
    return SANE_STATUS_GOOD;
}

SANE_Status sane_open(SANE_String_Const name, SANE_Handle *handle)
{
    strncpy(fault, name, sizeof fault - 1);
    if (is("open-crash"))
        abort();
    if (is("open-hang"))
        hang();
    if (is("open-99"))
        return (SANE_Status)99;
    if (is("open-busy"))
        return SANE_STATUS_DEVICE_BUSY;
    if (is("open-denied"))
        return SANE_STATUS_ACCESS_DENIED;
    if (is("no-such"))
        return SANE_STATUS_INVAL;
    if (is("options-negative"))
        count = -5;
    if (is("options-endless"))
        count = 0x7fffffff;
    *handle = &sent;
    return SANE_STATUS_GOOD;
}

void sane_close(SANE_Handle handle)
{
    (void)handle;
    if (is("close-hang"))
        hang();
}

const SANE_Option_Descriptor *sane_get_option_descriptor(SANE_Handle handle, SANE_Int option)
{
    static SANE_Option_Descriptor number, odd;
    static SANE_String_Const modes[] = { "Gray", 0 };
    static SANE_String_Const grains[] = { "glatt", coarse, 0 };
    static SANE_Word words[] = { -7, 1, 2 };
    (void)handle;
    if (option == 0) {
        number.name = "";
        number.type = SANE_TYPE_INT;
        number.size = sizeof(SANE_Word);
        number.cap = SANE_CAP_SOFT_DETECT;
        return &number;
    }
    memset(&odd, 0, sizeof odd);
    odd.cap = SANE_CAP_SOFT_DETECT | SANE_CAP_SOFT_SELECT;
    odd.size = sizeof(SANE_Word);
    if (option == 1) {
        odd.name = "mode";
        odd.type = SANE_TYPE_STRING;
        odd.size = sizeof text_value;
        odd.constraint_type = SANE_CONSTRAINT_STRING_LIST;
        odd.constraint.string_list = modes;
        return &odd;
    }
    if (option != 2)
        return 0;
    odd.name = "odd";
    odd.type = SANE_TYPE_INT;
    if (is("latin-1")) {
        odd.name = "grain";
        odd.type = SANE_TYPE_STRING;
        odd.size = sizeof grain_value;
        odd.constraint_type = SANE_CONSTRAINT_STRING_LIST;
        odd.constraint.string_list = grains;
    }
    if (is("sheets") || is("sheets-short")) {
        odd.name = "page-loaded";
        odd.type = SANE_TYPE_BOOL;
        odd.cap = SANE_CAP_SOFT_DETECT;
    }
    if (is("option-nameless"))
        odd.name = 0;
    if (is("option-type"))
        odd.type = 77;
    if (is("option-size"))
        odd.size = -4;
    if (is("option-huge"))
        odd.size = 0x7ffffffc;
    if (is("option-list")) {
        odd.constraint_type = SANE_CONSTRAINT_WORD_LIST;
        odd.constraint.word_list = words;
    }
    if (is("option-null")) {
        odd.constraint_type = SANE_CONSTRAINT_RANGE;
        odd.constraint.range = 0;
    }
    return &odd;
}

SANE_Status sane_control_option(SANE_Handle handle, SANE_Int option, SANE_Action action, void *value,
                                SANE_Int *info)
{
    (void)handle;
    if (info)
        *info = is("reload-endless") ? SANE_INFO_RELOAD_OPTIONS | SANE_INFO_INEXACT : 0;
    if (option == 0)
        *(SANE_Word *)value = count;
    else if (option == 1 && action == SANE_ACTION_GET_VALUE)
        memcpy(value, text_value, sizeof text_value);
    else if (option == 2 && is("latin-1") && action == SANE_ACTION_GET_VALUE)
        memcpy(value, grain_value, sizeof grain_value);
    else if (option == 2 && is("latin-1")) {
        if (strcmp(value, "glatt") && strcmp(value, coarse))
            return SANE_STATUS_INVAL;
        strcpy(grain_value, value);
    } else if (option == 2 && (is("sheets") || is("sheets-short")))
        *(SANE_Word *)value = starts < SHEETS;
    else if (option == 2 && action == SANE_ACTION_GET_VALUE)
        *(SANE_Word *)value = is("reload-endless") ? ++mode_value : mode_value;
    else if (option == 2)
        mode_value = *(SANE_Word *)value;
    return SANE_STATUS_GOOD;
}

SANE_Status sane_get_parameters(SANE_Handle handle, SANE_Parameters *parameters)
{
    (void)handle;
    parameters->format = SANE_FRAME_GRAY;
    parameters->last_frame = 1;
    parameters->bytes_per_line = WIDTH;
    parameters->pixels_per_line = WIDTH;
    parameters->lines = LINES;
    parameters->depth = 8;
    if (scans == 0)
        return SANE_STATUS_GOOD;
    if (is("line-short"))
        parameters->bytes_per_line = WIDTH / 2;
    if (is("line-negative"))
        parameters->bytes_per_line = -1;
    if (is("pixels-none"))
        parameters->pixels_per_line = 0;
    if (is("depth-12"))
        parameters->depth = 12;
    if (is("frame-77"))
        parameters->format = 77;
    if (is("passes-endless")) {
        parameters->format = SANE_FRAME_RED;
        parameters->last_frame = 0;
    }
    return SANE_STATUS_GOOD;
}

SANE_Status sane_start(SANE_Handle handle)
{
    (void)handle;
    if (is("start-hang"))
        hang();
    if (is("start-crash"))
        abort();
    if (is("start-99"))
        return (SANE_Status)99;
    if (is("start-eof"))
        return SANE_STATUS_EOF;
    if (is("start-inval"))
        return SANE_STATUS_INVAL;
    if (is("start-cancelled"))
        return SANE_STATUS_CANCELLED;
    if (is("start-warming") && starts++ < 3 || is("start-warming-ever"))
        return SANE_STATUS_WARMING_UP;
    if ((is("sheets") || is("sheets-short")) && starts++ >= SHEETS)
        return SANE_STATUS_NO_DOCS;
    sent = 0;
    scans++;
    return SANE_STATUS_GOOD;
}

SANE_Status sane_read(SANE_Handle handle, SANE_Byte *data, SANE_Int room, SANE_Int *length)
{
    int left = WIDTH * LINES - sent;
    (void)handle;
    *length = 0;
    if (sent >= WIDTH * LINES / 2) {
        if (is("read-crash"))
            abort();
        if (is("read-hang") || is("cancel-hang"))
            hang();
        if (is("read-99"))
            return (SANE_Status)99;
        if (is("read-nothing"))
            return SANE_STATUS_GOOD;
        if (is("read-negative")) {
            *length = -1;
            return SANE_STATUS_GOOD;
        }
        if (is("read-too-much")) {
            *length = room + 1;
            return SANE_STATUS_GOOD;
        }
        if (is("lines-fewer") || is("sheets-short"))
            return SANE_STATUS_EOF;
    }
    if (is("lines-nearly-all"))
        left -= WIDTH;
    if (is("line-torn"))
        left -= WIDTH / 2;
    if (is("lines-more"))
        left = WIDTH * LINES * 2 - sent;
    if (left <= 0)
        return SANE_STATUS_EOF;
    if (left > WIDTH * LINES / 2)
        left = WIDTH * LINES / 2;
    *length = left < room ? left : room;
    memset(data, 100, *length);
    sent += *length;
    return SANE_STATUS_GOOD;
}

void sane_cancel(SANE_Handle handle)
{
    (void)handle;
    if (is("cancel-hang"))
        hang();
    scans = 0;
}

SANE_Status sane_set_io_mode(SANE_Handle handle, SANE_Bool non_blocking)
{
    (void)handle;
    return non_blocking ? SANE_STATUS_UNSUPPORTED : SANE_STATUS_GOOD;
}

SANE_Status sane_get_select_fd(SANE_Handle handle, SANE_Int *fd)
{
    (void)handle;
    if (is("fd-closed")) {
        *fd = 987;
        return SANE_STATUS_GOOD;
    }
    return SANE_STATUS_UNSUPPORTED;
}

SANE_String_Const sane_strstatus(SANE_Status status)
{
    (void)status;
    return "status";
}
