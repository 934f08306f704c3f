//! The manual: how transfers behave where WIA's documentation is silent, or says two things.
//!
//! Each decision with its reason. Where pages are named, they are those of Microsoft's documentation
//! of WIA for drivers and applications.
//!
//! # Bands of memory
//!
//! - **`lOffset` counts from the start of the image**, not of the buffer. One page says the buffer, the
//!   guide and every sample the image; only the latter lets a driver go back and correct a header. The
//!   service forwards it as it is, and the band's bytes are always at the start of the buffer.
//! - **`IT_MSG_DATA_HEADER` is sent once, just before the first data.** Its size is `lItemSize` at that
//!   moment: only then has the driver had the chance to say it. `NEW_PAGE` carries the same structure
//!   with the number of pages so far.
//! - **Separate images begin at offset 0 again after `NEW_PAGE`** (`TYMED_CALLBACK`); in one document
//!   the offsets go on (`TYMED_MULTIPAGE_CALLBACK`).
//! - **`IT_MSG_TERMINATION` is sent on every path**, also after a failure or cancel: an application
//!   must learn in one place that nothing more comes. Its answer changes nothing.
//! - **The buffer**: a request smaller than `WIA_IPA_BUFFER_SIZE` is raised to it, and to a header and
//!   a line. With two buffers each is half of the request, rounded down to 4 bytes, but never less than
//!   a single one would be. `lBufferSize` is what one of them holds: drivers fill that much from
//!   `pTransferBuffer`, whatever the structure's page says. Without the property it is 64 KiB.
//! - **An application's own section is not enlarged.** One that is too small is refused: there is
//!   nothing else to do with it. It must be a memfd, and is sealed against a change of its length, so
//!   that no access to it can fault.
//! - **A memory transfer always has a buffer of the service's**, and the context is described before
//!   `drvWriteItemProperties`: what the pages say differently about either can then make no difference.
//! - **Extended information**: least and optimal are `WIA_IPA_BUFFER_SIZE`, most is the item's size, or
//!   four buffers when nobody knows it.
//! - **With two buffers an answer comes one call late.** `DATA` returns as soon as the other buffer is
//!   free; every other message waits for its answer, and with it for all before. A cancel that is
//!   answered to the last band makes the transfer a cancelled one even when the driver has returned by
//!   then: with one buffer it would have been told.
//!
//! # Files
//!
//! - **A cancelled file is kept**, by the letter of the table (`S_FALSE` is a success), with an option
//!   to delete it. Multipage files are kept after a jam, an empty feeder and a paper problem as well;
//!   everything else is deleted. The command line keeps what has complete pages and removes the rest.
//! - **A file that is there is replaced.** A name that the service picks carries the item's
//!   `WIA_IPA_FILENAME_EXTENSION`.
//! - **The service allocates the driver's buffer when `WIA_IPA_ITEM_SIZE` is not 0**, of
//!   `WIA_IPA_BUFFER_SIZE` bytes, or the item's size without that property.
//! - **`WIA_IPA_BUFFER_SIZE` is one page without compression** while the item's `WIA_IPA_TYMED` is a file,
//!   as the page of `WIA_IPA_MIN_BUFFER_SIZE` has it; of a page whose height nobody knows, the whole
//!   selection; a band where even that says nothing. Streams have the same `WIA_IPA_TYMED` and no buffer of
//!   the service's, so they do not pay for it. In files a driver of streams gathers 64 KiB and leaves the
//!   rest of a buffer untouched, so that memory does not grow with the page.
//! - **The medium's `tymed` must be the item's**: a mistake is better refused than guessed.
//! - **`TERMINATION` comes in file transfers too**, when there is a callback.
//! - **A page that was begun and not ended is cut off** before the file is closed.
//!
//! # Streams
//!
//! - **`END_OF_STREAM` comes once for each stream**, also after a failure or cancel, and for the last one
//!   when the driver has returned: applications release streams there. Messages that the service makes
//!   carry the last numbers that the driver said.
//! - **The end of a stream is told before the next is asked for.** What is answered there is what the
//!   driver gets, and the application is not asked. `S_FALSE` at the last one, and any answer to
//!   `END_OF_TRANSFER`, change nothing: there is nothing left to stop.
//! - **A driver that asks on after `S_FALSE` is answered `S_FALSE` again**, and its transfer is a
//!   cancelled one: samples do so, and the person has what was asked for. The conformance suite names it.
//!   **One that sends a message or a band after it** gets `S_FALSE` again too, but breaks a rule that no
//!   sample breaks: its transfer fails with the rule.
//! - **Any other success of `GetNextStream`** is passed on, without the stream that came with it.
//! - **`NEW_PAGE` precedes pages 2 to n only**, and a header that is written again lies where the
//!   document began, which need not be the start of the stream.
//! - **A failure answered to the last `END_OF_STREAM` becomes the result** if the driver had none:
//!   there, data was flushed that is now lost.
//! - **`WIA_STATUS_SKIP_ITEM` from a driver is `S_OK`** for the transfer: its last item was skipped,
//!   nothing more.
//! - **`PAGES` 0 ends with `S_OK`** when the feeder is empty; the older guide has `END_OF_MEDIA`.
//!   Applications here take both.
//!
//! - **Paper that ends within a page of an older driver is a failure**: after whole pages an empty feeder
//!   is an end, but the letter of the rule would call a lost half of a page a success.
//!
//! # Cancelling
//!
//! - **Two ways, not connected, in the older kinds**: `S_FALSE` from the callback, and an event to the
//!   driver. In stream transfers a cancel does both.
//! - **A cancel that comes after the driver's last call changes nothing**: the driver's status stands,
//!   for everything was delivered.
//! - **Calls of a stream that was handed out are not failed by a cancel**: a driver inside of a write
//!   ends it and stops at its next callback.
//! - **A failure always stands**, also after a cancel. A driver that was told to cancel and returns
//!   another success has cancelled. Without a transfer a cancel does nothing.
//! - **The service never cuts a stream**: what becomes of its bytes is the application's to say.
//! - **The device is always unlocked**, and a crash in the driver is a failure like others.
//! - **A driver that does not stop is given up** (5 seconds of its own time) and reported, whether it
//!   was told by a cancel, by an answer of the application, or because it broke a rule; its thread keeps
//!   what it needs, and the device stays in use until it returns.
//! - **A device that was unplugged takes its items with it.** Whoever notices first (the platform, the
//!   driver by an event, a transfer that fails with it), every application's items become disconnected
//!   and all that listen are told once. Values can be read still; everything else fails, until the
//!   application connects anew. A transfer that runs has the time of a cancel to fail, and a driver that
//!   calls it a cancel is corrected; one that had given everything before has a success.
//! - **An event never reaches the next transfer**: a transfer is over when the driver has heard what it
//!   is being told.
//!
//! # Applications and drivers of two generations
//!
//! - **An application is what it calls**: bands and files (`idtGetBandedData`, `idtGetData`) or streams. So
//!   there are two lists of formats: the older one, to which the layer adds `TYMED_CALLBACK` on a driver of
//!   streams, and that of streams, which never has it.
//! - **Each `Write` of a driver of streams is sent at once**, in more bands than one where the buffer is
//!   smaller, which then end with a line. Nothing is gathered, so that messages and data keep their order.
//! - **Bands of a driver of streams are 64 KiB** unless more is asked for: its `WIA_IPA_BUFFER_SIZE` is a
//!   page.
//! - **`DATA_HEADER` says `WIA_IPA_ITEM_SIZE`**, without the file header of a bitmap; 0 when it is not known.
//! - **A device status that is not `WARMING_UP`** is no message for an older application. It has no error
//!   handler: a failure goes back to the driver, anything else is `S_OK`.
//! - **A cancel inside of a `Write` drops that data and all after it**; the transfer is a cancelled one
//!   even when the driver asks nothing more.
//! - **`TYMED_FILE` with more than one page is `E_INVALIDARG`**, before the device is touched; with `PAGES` 0
//!   it is one page. So are both sides of a sheet: the back would be lost. The driver's own rules are less
//!   strict.
//! - **A file on its way into a stream is copied in pieces** of 256 KiB, not in one `Write` of the whole:
//!   memory does not grow with the page. Its first `STATUS` after that says all bytes.
//! - **A multipage file arrives as far as its pages are complete**, whatever ended the transfer, unless the
//!   application itself answered that it wants no more: a finished page is not lost. A file of one image
//!   arrives when it is complete.
//! - **Percents are passed on as the driver says them.** In a file of several pages they begin anew with each
//!   page, and no `NEW_PAGE` tells the application of streams why: of the pages it has nothing yet.
//! - **A feeder that says that it is empty is not asked for another page**: the application would have given
//!   a stream in vain. With two sides that is believed between sheets only. A feeder that does not tell
//!   ends with a stream that stays empty.
//! - **While a driver of bands and files runs, its item has other settings** (`WIA_IPA_TYMED`,
//!   `WIA_IPA_FORMAT`, `WIA_IPS_PAGES`); they are put back whatever happens.
//! - **A bitmap that such a driver offers in bands comes in bands**, any other through a file, also when the
//!   driver could do both.
//!
//! # Trees of two generations
//!
//! - **An application says which generation it is when it opens the device**, as with `IWiaDevMgr` and
//!   `IWiaDevMgr2`. A driver's tree is older when it says so (`Minidriver::model`) and its one child has no
//!   category; a tree with categories is a newer one, whatever its transfers are.
//! - **Each source of an older driver has a copy of the driver's tree**, in the context of the source for good:
//!   so the context is right for every call, and the sets of the sources are independent. For the driver it
//!   is as if two applications had it open.
//! - **The settings of a source outlive a change of the context**: an older application that comes back to
//!   the flatbed finds what it has set there.
//! - **The older child is called `Top`**, as older drivers call theirs; it has no category.
//! - **A choice of the source is one of the two**, and the sides only go with the feeder. None of the sides is
//!   the front alone, for drivers that have no word for it too.
//! - **The root's values beside a choice are those of the new source**, in whatever order they come.
//! - **The page sizes of a feeder are on the older root and child**, since the documents place them on
//!   either; from an older driver the root's are taken first.
//! - **`WIA_DPS_PAGES` is the feeder's in every context**, as the sizes are.
//! - **`WIA_IPA_COLOR_PROFILE`, `WIA_IPA_PROP_STREAM_COMPAT_ID` and a driver's private properties pass**, though no
//!   table has them. What else is in no table is obsolete, or known to one generation only, and is dropped.
//! - **Missing sizes of an older feeder's smallest sheet are 1**, as a flatbed's always are.
//! - **Required of an older driver** are the sizes of its beds, the optical resolution, `WIA_DPS_PAGES` of a
//!   feeder, and of the child what every newer item must have and nobody can make up.
//! - **Drivers without flatbed and feeder at the base keep their tree** also for an older application, and so
//!   does an older driver with several items, none of which has a category: it is no scanner.
//!
//! # Headers and sizes
//!
//! - **Lines are padded to 4 bytes, but in TIFF to whole bytes**: TIFF has no other rows.
//! - **The service makes headers of bitmaps only.** A TIFF's container is the page writer's, a RAW
//!   header the driver's.
//! - **The palette of 1-bit bitmaps** follows the photometric interpretation; that of 4 and 8 bits is a
//!   linear grey. Sizes are signed 32-bit numbers: an image of 2 GiB is refused.
//! - **A height of 0 is unknown** and is put into the header when the page has ended.
//! - **Bitmaps are bottom-up.** A negative height, whose lines lie from top to bottom, is never made. One
//!   that a driver makes is right too and goes to the application as it is: nobody on the way turns an
//!   image over.
//!
//! # Device statuses
//!
//! - **Without an application's handler no handler runs**, not even the driver's: only its presence says that
//!   somebody is there to look. A failure then goes back to the driver, and the rest is `S_OK`.
//! - **Not handled is `WIA_STATUS_NOT_HANDLED`**, not `S_FALSE`, which one page has for it: `S_FALSE` is a
//!   cancel, for any status at any time. Any other success of a handler is `S_OK` for the driver.
//! - **A handler that takes a status which is no failure shows a message** as far as the service can know,
//!   until it gets `WIA_STATUS_CLEAR`: before another status of the device, a `STATUS`, a request for a
//!   stream, the end. `S_FALSE` is a cancel there, too, but at the end, where it is too late. A failure
//!   there stops nothing: the message is only about what is over. `NEW_PAGE` is not in the list.
//! - **A status that is repeated goes the whole way again.** Handlers take a code always or never; should
//!   another one take it now, the first gets its `CLEAR`.
//! - **`S_OK` as a status is "resumed"**: the message is taken away, and nobody is told more.
//! - **`WIA_STATUS_CLEAR` from a driver is refused** like the other messages that only the service sends.
//! - **A cancel during a question is heard by the same call**, whatever was answered.
//! - **Without a window the default handler takes its codes all the same**, shows nothing, and gives a
//!   failure back: it must take a code always or never. `WIA_ERROR_MULTI_FEED` is not among them;
//!   `quire scan` asks about it as the application.
//! - **To stop at a question is the failure itself**, so that a scan which is stopped at a jam ends as
//!   one that nobody helps; a cancel is `S_FALSE`.
//! - **The older kinds have no handlers**: warming up becomes an `IT_MSG_STATUS`, a failure goes back.
//! - **The regular end of the paper is no status**: the table of results has codes for it.
//!
//! # Filters
//!
//! - **A page comes through unfiltered where its bytes are still there**: until the filter has written
//!   something of its own. Keeping every page twice would cost more than filters that fail are worth. A
//!   page of which a part was written already fails, and with it the transfer.
//! - **A filter that broke a rule is corrected and goes on; one that failed or crashed is left out** for
//!   the rest of the transfer. Either way the result is its failure, unless the transfer was cancelled.
//! - **`ulTransferredBytes` is corrected by the service**, where what reached the application is not what
//!   the driver wrote; the percentage is passed on as it is.
//! - **What a filter holds is dropped on a cancel** by taking its stream away before it hears
//!   `END_OF_STREAM`; its failure to flush is then none. A cancel of the device's is one too: the driver has
//!   returned `S_FALSE`.
//! - **Between an application and a driver of bands and files no filter runs**: in WIA filters are the stream
//!   model's, and that pair is untouched. An application can put them before itself (`Transfer::filtered`).
//! - **Where a page is filtered as a whole, bands and messages of it come at its end**, when the driver asks
//!   for the next one. A driver that never asks, and is given up, takes the page with it.
//! - **`ApplyProperties` is called after a transfer that went well**, with the item that was transferred.
//!   Nothing says who calls it, or when.
//! - **`SetNewCallback(NULL)` ends every transfer**, so that a filter does not keep the application.
//! - **A filter may send `STATUS` of its own** while it is given data; every other message of its own is
//!   dropped.
//! - **Device statuses go round filters**: the error handlers are found behind them.
//! - **A filter without a value of its own follows the item's property**, and so it is for drivers that leave
//!   the property to a filter: one that applies it too applies it twice. Who does is the driver's to say, and
//!   nobody can ask; so `quire scan --filter brightness` takes the value and sets the property back to 0.
//! - **With `WIA_PAGE_AUTO` a RAW stream whose header leaves the height open passes band by band**: it claims
//!   nothing. One that tells a height waits for its end, for that may be the bed's, with everything else,
//!   unless the driver says that its headers are final (`Minidriver::headers_are_final`; the virtual scanner's
//!   are).
//! - **A page that was turned is not kept twice**: until it goes to a file it can still come through unfiltered;
//!   from then on a failure of the filter fails the page. The space is taken at once where the height is known.
//! - **A document that had to be read is written anew**: a TIFF with what `WIA_IPA_COMPRESSION` says (both faxes
//!   as G4, JPEG with quality 85, else uncompressed), JPEG with quality 85. Of what it said of itself only size and
//!   resolution stay.
//! - **A page that is not complete is not turned**: it comes through as it is, and the transfer is no
//!   success.
//! - **Uploads are not filtered.** What the driver's own filter does, the driver leaves to it.
//!
//! # Storage
//!
//! - **A new file has the name of its item**, so a name that no file can have is refused when the item is made:
//!   hidden ones, with a slash or a zero byte, longer than 255 bytes, or taken. Files whose name no item can
//!   have (not UTF-8, with a backslash) are not shown.
//! - **A new folder exists from the first upload into it**: to make an item changes nothing on the device.
//! - **A link shows the file that it leads to, as long as that is in the directory**; it is not replaced by an
//!   upload. Links to folders are not shown: they could lead round in circles.
//! - **A replaced file keeps its permissions, but not setuid, setgid and sticky**: they would lend the owner's
//!   rights to what another has sent.
//! - **A new item in a storage folder that cannot be written is `E_ACCESSDENIED`**, not `E_INVALIDARG`: the
//!   application asked for nothing wrong.
//! - **An item that was never uploaded does not replace a file** that came to have its name meanwhile.
//! - **The last message of an upload, 100 %, comes before the file is in its place**: a cancel there is heard.
//! - **A source that gives other than its `Stat` says fails the upload.** `WIA_IPA_UPLOAD_ITEM_SIZE` is an
//!   announcement, and only the progress goes by it. Of a source whose size nobody knows the percentage stays 0
//!   until the end: the requirement is 0 to 100, whatever the sample sends.
//! - **A file that changes while it is downloaded fails the download**: what arrived was never its content.
//! - **`WIA_IPA_ITEM_TIME` is in UTC.** A file of 2 GiB or more has `WIA_IPA_ITEM_SIZE` 0, which is "not known".
//!
//! # Devices in processes of their own
//!
//! - **A process that dies is `WIA_ERROR_EXCEPTION_IN_DRIVER`**, and one that is given up has passed a deadline.
//!   Either way the items stay good: the next call starts a new process and restores them.
//! - **Pages that were complete count** although the driver never returned: what it said of them came before.
//! - **Image filters of the application see the items as they were when the transfer began**, and run in the
//!   application's process. Bands and files pass them in `Transfer::filtered` alone.
//! - **Regions are looked for before the application's filter**, which is at the other side.
//! - **The application's section is filled by a copy.** The memory that a driver writes is never the
//!   application's own.
//!
//! # Scanners on the network
//!
//! - **A page that broke off is asked for again, and must be the same**: by the name that the scanner gives it
//!   (`Content-Location`), and by the rows that are written already. Another one means that a page is lost, which
//!   fails the transfer; complete pages are kept.
//! - **404 is the end of a job only when the scanner's state does not speak against it**: a job that was given up,
//!   cancelled at the scanner, or a feeder in trouble is a failure with that name.
//! - **The time of a deadline is the scanner's alone**: it begins anew when the application has answered.
//! - **`WIA_IPS_PAGES` ends the job when so many pages have come.** The protocol cannot say it beforehand, so that
//!   the feeder may have taken one more sheet.
//! - **Pixels that the scanner lacks are made of richer ones** (black and white of grey, grey of colour), and a
//!   threshold that it cannot be told is applied here.
//!
//! # Scanners through SANE
//!
//! - **What a device refuses without having been asked for anything is its own failure**: `SANE_STATUS_INVAL` and
//!   `SANE_STATUS_UNSUPPORTED` are `E_INVALIDARG` of an option alone, and `WIA_ERROR_DEVICE_COMMUNICATION` of
//!   `sane_start` and `sane_read`.
//! - **`SANE_STATUS_CANCELLED` that nobody asked for is a person at the device** (`WIA_ERROR_USER_INTERVENTION`), no cancel.
//! - **A sheet from a feeder is as long as the lines that come**: RAW, TIFF and JPEG leave the height open until the page
//!   has ended, and bitmaps are filled up with white. A page from the glass that lacks more than a twentieth of its
//!   lines has failed, and so has any that ends in the middle of a line.
//! - **`SANE_STATUS_WARMING_UP` is waited for**, with `WIA_STATUS_WARMING_UP` to the application.
//!
//! # Drivers in C and C++
//!
//! - **`drvInitializeWia` gets a context that knows the device's id** (`WIA_DIP_DEV_ID`) and nothing else: the
//!   application's tree is copied from what this call makes. Calls about the device as a whole (`drvLockWiaDevice`,
//!   `drvGetCapabilities`) get the root of the application that came last, or null where there is none yet.
//! - **A context is never used again** for another item: of one whose tree is gone every function says `E_INVALIDARG`.
//! - **A transfer context is known by its address.** One that the driver has allocated is what its members say; one that
//!   the service gave is refused when its transfer has ended. `lSize` must be right but with `WIAS_INIT_CONTEXT`.
//!   Where `lBufferSize` says nothing, a buffer of the driver's is as long as its other members need.
//! - **`hFile` is a file descriptor.** What a driver writes to it itself is part of the file.
//! - **Commands and events are asked for one after the other**: the documents do not agree on their order in one array.
//! - **Two objects of `IWiaDrvItem` can be of one item**: a driver compares names, not addresses. The memory of an item
//!   is freed after `drvFreeDrvItemContext`, with the item, not with the last object of it.
//! - **What `drvUnInitializeWia` answers is ignored**: drivers answer failures where there is none.
//! - **An exception that leaves a driver ends the process** that the device is in, and is told as `ExceptionInDriver`:
//!   nobody knows what else it has left behind.
//! - **Extensions are asked for by `QueryInterface`** on the driver object, then of the class in `WIA_DIP_UI_CLSID` in
//!   the same library: there is no registry to name others. An error handler has no window, as the default one without one.
//! - **`SetNotificationHandle` and `GetNotificationData` are not called**: events come by `wiasQueueEvent`, which needs
//!   no handle.
//!
//! # The service library in C
//!
//! - **What is given out is emptied first**, so that a failure leaves null, 0 or `VT_EMPTY`. A null pointer that may
//!   not be is `E_INVALIDARG` in a function, and `E_POINTER` in a method that has to put a result there.
//! - **Several properties at once**: one that does not exist is `VT_EMPTY`, without a name or access; `S_FALSE` says
//!   that none exists. So it is in `wiasReadMultiple`, `wiasGetPropertyAttributes` and `IWiaPropertyStorage`.
//! - **A property is meant by its number or its name**, the driver's own or WIA's. `wiasCreatePropContext` is told no
//!   item, and takes numbers alone.
//! - **What the application wrote itself is kept beside a `WIA_PROPERTY_CONTEXT`**, whose marks change. Of one that a
//!   driver has put together by itself the marked properties count as written, and it cannot be freed.
//! - **Values of types that no property has become the nearest one**: shorter integers and truth values `VT_I4`,
//!   `VT_R8` `VT_R4`, texts of all kinds `VT_BSTR`; 64 bits what they fit into.
//! - **The full name of an item that `wiasCreateChildAppItem` makes** is its parent's and its own; another one is
//!   refused.
//! - **Answers of callbacks**: only `S_FALSE` cancels, any other success is taken as `S_OK`. To `GetNextStream` they
//!   go on unchanged, and a stream that comes with one is released.
//! - **Of an application's stream `Stat` and `Commit` may be missing**: then its end is looked for, and nothing is
//!   made durable.
//! - **Properties are the driver's**: `IWiaPropertyStorage` makes, names and deletes none (`E_ACCESSDENIED`), and
//!   `Commit` and `Revert` have nothing to do. `SetPropertyStream` reads from where the stream is, at its end from
//!   the start.
//!
//! # Previews and regions
//!
//! - **`UpdatePreview` calls `FilterPreviewImage`**, as the driver's documentation says, and the filter's
//!   `GetNextStream` and stream (the application's documentation) for the original image, which is not cut.
//! - **An update ends as a download does**, with `END_OF_STREAM` if a stream was given and
//!   `END_OF_TRANSFER`: the filter sends neither for a preview.
//! - **A driver without an image filter can be given the application's**; with none there is no preview.
//! - **A flatbed with regions has the flag of a folder** and is still an image of its own: only roots,
//!   stored folders and stored files are refused by `FilterPreviewImage`.
//! - **The preview property is the item's, else the root's.** A scan with it leaves the virtual scanner's
//!   sheet on the glass, and so does one of a region; only a scan of the flatbed itself takes the next.
//! - **Regions are looked for in the filtered image**, which an application would hand over, so that
//!   `WIA_IPS_ROTATION` is undone once, whoever has rotated it. Turns that the application's filter makes
//!   whatever the property says are undone as well.
//! - **Children of an earlier run** are those that this component's last run made, under their names. What
//!   the application made by itself stays.
//! - **Without `WIA_IPS_SEGMENTATION` and without a filter of the driver's** an item has no regions. What is
//!   neither flatbed nor film never has any.
//! - **In folder acquisition the feeder says how many sides and which**, `Front` and `Back` how each is
//!   scanned; each side is a stream of its own, so that they have no multipage formats.
//! - **Regions of a flatbed without any** are a success without a stream.
//!
//! # Applications through COM
//!
//! - **The id of a device is its URI** (`WIA_DIP_DEV_ID`); `CreateDevice` takes a name of the user's configuration
//!   as well.
//! - **There are no dialogs.** `SelectDeviceDlg` chooses the configured default, else the first device that is
//!   found, and never a built-in one. `DeviceDlg` and `GetImageDlg` transfer the item that they are called for, or
//!   the first one below it that has data, with the settings that it has. For the files of `IWiaItem2::DeviceDlg`
//!   and `IWiaDevMgr2::GetImageDlg` nothing says how they are numbered: `NAME.EXT`, `NAME (2).EXT` and so on; what
//!   is there already is not replaced, and whole pages stay after a failure.
//! - **Nothing is registered to be started**: `RegisterEventCallbackProgram` and `…CLSID` are `E_NOTIMPL`, and
//!   `EnumRegisterEventInfo` gives an empty list. `RegisterEventCallbackInterface` for one device opens it unless
//!   the application has done so, until the registration is released; for all devices it hears those that the
//!   application has open, and which come and go.
//! - **Objects of the application are called on other threads**: callbacks on the one of the transfer, listeners on
//!   one for each device. There are no apartments.
//! - **`FindItemByName` finds the item itself and what is below it**, else it answers `S_FALSE`, and so does
//!   `GetParentItem` of the root.
//! - **`Next` without a place for the number of elements is good for one**, as everywhere in COM; more are
//!   `E_INVALIDARG`.
//! - **A pair of format and `tymed` that `idtQueryGetData` does not know is `E_INVALIDARG`**: the page names no
//!   other code.
//! - **`CancelPendingIO` cancels every transfer of the device that this application runs**: the older interface has
//!   nothing smaller to say. `IWiaTransfer::Cancel` cancels those of its item, through whichever object they were
//!   begun.
//! - **A driver's extensions stay where the driver is**: they run, and `CheckExtension` says that there is none to
//!   be had.
//! - **A preview needs no filter of the driver's**: where there is none, the library's own cuts the image and
//!   changes nothing else. The refusal would leave most scanners without one.
//! - **An error handler's window is not asked for**: no handler here could show anything in it.
//! - **A document is made as `quire scan` makes it**, in all that no property says: it names the device and the time, is
//!   sRGB, and a TIFF has a record for each page, so that it can be recovered. The bytes are the same by either way.
