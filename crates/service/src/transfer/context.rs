//! The context as the service fills it in before the driver is called
//! (`img/transfer-contexts.md`).

use ::transfer::TransferContext;
use items::AppItem;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_TYMED};
use wia::{Error, Guid, Result, Tymed};

use super::LocalTransfer;

impl LocalTransfer {
    /// The description from the item's properties, and a record; no buffer, no file, no callback.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a `WIA_IPA_TYMED` that is not one of the two for this kind of transfer,
    /// or a compression that does not exist.
    pub(super) fn context(&self, kind: &str, valid: [Tymed; 2]) -> Result<TransferContext> {
        self.context_of(&self.item, kind, valid)
    }

    /// The same for an item below this one.
    ///
    /// # Errors
    ///
    /// As [`context`](LocalTransfer::context).
    pub(super) fn context_of(
        &self,
        item: &AppItem,
        kind: &str,
        valid: [Tymed; 2],
    ) -> Result<TransferContext> {
        let seen = self.view().read(item, WIA_IPA_TYMED);
        let tymed = seen.and_then(|value| value.as_i32()).unwrap_or(0);
        let tymed = Tymed::from_value(tymed)
            .filter(|t| valid.contains(t))
            .ok_or_else(|| {
                let [one, other] = valid.map(|t| format!("{} ({})", t.value(), t.name()));
                Error::invalid(format!(
                    "WIA_IPA_TYMED: {tymed} is not valid for a {kind} transfer; valid: {one} {other}"
                ))
            })?;
        self.described(item, tymed)
    }

    /// The context for the children of a folder, which need not have a kind or format of its own.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a compression that does not exist.
    pub(super) fn context_of_children(&self) -> Result<TransferContext> {
        let tymed = self.item.read_i32(WIA_IPA_TYMED).ok();
        let tymed = tymed.and_then(Tymed::from_value).unwrap_or(Tymed::File);
        self.described(&self.item, tymed)
    }

    fn described(&self, item: &AppItem, tymed: Tymed) -> Result<TransferContext> {
        let seen = |id| self.view().read(item, id);
        let format = seen(WIA_IPA_FORMAT).and_then(|value| value.as_guid());
        let format = format.unwrap_or(Guid::NULL);
        let item_size = seen(WIA_IPA_ITEM_SIZE).and_then(|value| value.as_i32());
        Ok(TransferContext {
            item_size: item_size.unwrap_or(0),
            ..minidriver::describe(item, format, tymed, self.options())?
        })
    }
}
