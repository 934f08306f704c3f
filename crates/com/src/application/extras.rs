//! What items of both generations can do besides (`IWiaItemExtras`).

/// Gives an object, which has a `handle`, the interface `IWiaItemExtras`.
macro_rules! implement_extras {
    ($object:ident) => {
        impl IWiaItemExtras_Impl for $object {
            /// The sentence of the last failure of the device; `S_FALSE` and no text when there was none.
            unsafe fn GetExtendedErrorInfo(&self, text: *mut BSTR) -> HRESULT {
                bridge::guard(|| {
                    // SAFETY: the place is the caller's to vouch for.
                    let out = unsafe { Out::new(text, std::ptr::null_mut()) }?;
                    let Some(error) = self.handle.session.last_error() else {
                        return Ok(Status::Cancelled);
                    };
                    out.set(Bstr::new(&error).into_raw());
                    Ok(Status::Ok)
                })
            }

            /// No driver here has private calls.
            unsafe fn Escape(
                &self,
                _: u32,
                _: *mut u8,
                _: u32,
                _: *mut u8,
                _: u32,
                actual: *mut u32,
            ) -> HRESULT {
                bridge::guard(|| {
                    if !actual.is_null() {
                        // SAFETY: the place is the caller's to vouch for.
                        unsafe { actual.write(0) };
                    }
                    Err::<(), _>(not_implemented("IWiaItemExtras::Escape"))
                })
            }

            /// Every transfer of the device that this application runs.
            unsafe fn CancelPendingIO(&self) -> HRESULT {
                done(&self.handle.session, || {
                    self.handle.session.cancel(None);
                    Ok(())
                })
            }
        }
    };
}

pub(crate) use implement_extras;
