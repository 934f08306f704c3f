//! Kinds of transfer (TYMED) and the messages that accompany one.

use crate::numbered::numbered;

numbered! {
    /// How data travels (`WIA_IPA_TYMED`): the four values of the storage medium type that WIA uses.
    Tymed {
        /// One file or stream for each image.
        File = 2, "TYMED_FILE";
        /// Bands of memory, image by image.
        Callback = 128, "TYMED_CALLBACK";
        /// All images in one file or stream.
        MultipageFile = 256, "TYMED_MULTIPAGE_FILE";
        /// Bands of memory, several images in one transfer.
        MultipageCallback = 512, "TYMED_MULTIPAGE_CALLBACK";
    }
}

impl Tymed {
    /// Whether the data goes to a file or stream, in contrast to bands of memory.
    pub const fn is_file(self) -> bool {
        matches!(self, Tymed::File | Tymed::MultipageFile)
    }

    /// Whether one transfer can hold several pages.
    pub const fn is_multipage(self) -> bool {
        matches!(self, Tymed::MultipageFile | Tymed::MultipageCallback)
    }
}

numbered! {
    /// What a message of a stream transfer says (`lMessage` of `WiaTransferParams`).
    ///
    /// Number 4 (`WIA_TRANSFER_MSG_ERROR` of the documentation) is in no header and is never sent.
    TransferMessage {
        /// Progress, from the driver: percent of the page, bytes of the stream.
        Status = 1, "WIA_TRANSFER_MSG_STATUS";
        /// From the service: the stream is complete and can be closed.
        EndOfStream = 2, "WIA_TRANSFER_MSG_END_OF_STREAM";
        /// From the service: the driver has returned; sent once.
        EndOfTransfer = 3, "WIA_TRANSFER_MSG_END_OF_TRANSFER";
        /// A status of the device, from the driver, for error handlers; applications never see it.
        DeviceStatus = 5, "WIA_TRANSFER_MSG_DEVICE_STATUS";
        /// From the driver: the next page begins inside the same stream.
        NewPage = 6, "WIA_TRANSFER_MSG_NEW_PAGE";
    }
}

numbered! {
    /// What a message of a banded transfer says (`lMessage` of
    /// `IWiaDataCallback::BandedDataCallback`).
    DataMessage {
        /// From the service, before the data: the buffer holds a `WIA_DATA_CALLBACK_HEADER`.
        DataHeader = 1, "IT_MSG_DATA_HEADER";
        /// A band of data with its offset and length.
        Data = 2, "IT_MSG_DATA";
        /// Status and percent only.
        Status = 3, "IT_MSG_STATUS";
        /// From the service: the transfer is over.
        Termination = 4, "IT_MSG_TERMINATION";
        /// From the driver (`wiasSendEndOfPage`): a page is complete.
        NewPage = 5, "IT_MSG_NEW_PAGE";
        /// A band of a preview in a file transfer.
        FilePreviewData = 6, "IT_MSG_FILE_PREVIEW_DATA";
        /// The header of a preview in a file transfer.
        FilePreviewDataHeader = 7, "IT_MSG_FILE_PREVIEW_DATA_HEADER";
    }
}
