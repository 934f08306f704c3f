//! Extensions whose objects are here, called as those of a library are.

use std::sync::Mutex;

use abi::HRESULT;
use abi::interfaces::{IWiaErrorHandler_Impl, IWiaPropertyStorage, IWiaSegmentationFilter_Impl};
use abi::structs::{PROPSPEC, PROPVARIANT};
use abi::{BSTR, HWND};
use bridge::{MemoryStream, guard, to_variant};
use items::{CreationFlags, DriverItem};
use transfer::REGION_FLAGS;
use wia::property::{WIA_IPS_XPOS, WIA_IPS_YPOS};
use wia::{Guid, ItemFlags};
use windows_core::{Interface as _, implement};

use super::*;

/// What a preview begins with here.
const PREVIEW: &[u8] = b"a preview";
/// A message that the handler takes, and its sentence.
const WARMING_UP: HRESULT = HRESULT(0x0021_0002);
const SENTENCE: &str = "Warming up";
/// A failure that it takes.
const COVER_OPEN: HRESULT = HRESULT(0x8021_0010_u32.cast_signed());
const NOT_HANDLED: HRESULT = HRESULT(0x0021_000A);

/// Finds one region, at 30 to the right and 40 down, in whatever begins right.
#[implement(IWiaSegmentationFilter)]
struct OneRegion;

impl IWiaSegmentationFilter_Impl for OneRegion_Impl {
    unsafe fn DetectRegions(
        &self,
        flags: i32,
        preview: InRef<'_, IStream>,
        item: InRef<'_, IWiaItem2>,
    ) -> HRESULT {
        guard(|| {
            assert_eq!(flags, 0);
            let (preview, item) = (preview.as_ref().unwrap(), item.as_ref().unwrap());
            let mut start = [0_u8; PREVIEW.len()];
            let (mut read, len) = (0, u32::try_from(start.len()).unwrap());
            let name = Bstr::new("Region 1");
            let mut child = None;
            let specs = [WIA_IPS_XPOS, WIA_IPS_YPOS].map(|id| PROPSPEC::numbered(id.0));
            let values = [30, 40].map(|at| to_variant(&PropertyValue::I4(at)));
            // SAFETY: objects, strings and arrays that live for the calls, and valid pointers.
            unsafe {
                check(preview.Read(start.as_mut_ptr().cast(), len, &raw mut read))?;
                assert_eq!(&start[..read as usize], PREVIEW);
                let flags = REGION_FLAGS.bits();
                check(item.CreateChildItem(flags, 0x4000_0000, name.as_raw(), &raw mut child))?;
                let storage: IWiaPropertyStorage = child.unwrap().cast().unwrap();
                let values = values.as_ptr().cast::<PROPVARIANT>();
                check(storage.WriteMultiple(2, specs.as_ptr(), values, 2))
            }
        })
    }
}

/// The item of a preview, which notes what is written to its children.
struct Previewed {
    item: AppItem,
    written: Mutex<Vec<(String, PropertyId, PropertyValue)>>,
}

impl SegmentedItem for Previewed {
    fn item(&self) -> &AppItem {
        &self.item
    }

    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<AppItem> {
        assert_eq!(creation, CreationFlags::COPY_PARENT_PROPERTY_VALUES);
        minidriver::service_library::create_child_app_item(&self.item, flags, name)
    }

    fn write(&self, child: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        let mut written = self.written.lock().unwrap();
        for (id, value) in values {
            written.push((child.full_name().to_owned(), *id, value.clone()));
        }
        Ok(())
    }
}

fn tree() -> AppItem {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER;
    let root = DriverItem::new(flags, "Root", "0000\\Root", Guid::NULL).unwrap();
    let flags = ItemFlags::FOLDER | ItemFlags::FILE | ItemFlags::IMAGE;
    DriverItem::new_child(&root, flags, "Flatbed", Guid::NULL, None).unwrap();
    AppItem::from_driver_tree(&root)
}

#[test]
fn a_segmentation_filter_makes_regions() {
    let root = tree();
    let previewed = Previewed {
        item: root.children().remove(0),
        written: Mutex::default(),
    };
    let filter = ComSegmentationFilter(Shared::new(OneRegion.into()));
    let mut preview = MemoryStream::new(PREVIEW.to_vec());
    filter.detect_regions(&mut preview, &previewed).unwrap();
    let region = "0000\\Root\\Flatbed\\Region 1".to_owned();
    assert_eq!(
        *previewed.written.lock().unwrap(),
        [
            (region.clone(), WIA_IPS_XPOS, PropertyValue::I4(30)),
            (region, WIA_IPS_YPOS, PropertyValue::I4(40)),
        ]
    );
}

/// Takes two codes, and asks for nothing.
#[implement(IWiaErrorHandler)]
struct Handler;

impl IWiaErrorHandler_Impl for Handler_Impl {
    unsafe fn ReportStatus(
        &self,
        _: i32,
        parent: HWND,
        item: InRef<'_, IWiaItem2>,
        status: HRESULT,
        percent: i32,
    ) -> HRESULT {
        assert!(parent.is_null() && item.as_ref().is_some());
        match (status, percent) {
            (WARMING_UP, 100) => HRESULT(1),
            (WARMING_UP, _) => HRESULT(0),
            (COVER_OPEN, _) => COVER_OPEN,
            _ => NOT_HANDLED,
        }
    }

    unsafe fn GetStatusDescription(
        &self,
        _: i32,
        _: InRef<'_, IWiaItem2>,
        status: HRESULT,
        description: *mut BSTR,
    ) -> HRESULT {
        if status != WARMING_UP {
            return NOT_HANDLED;
        }
        // SAFETY: a valid pointer; the string is the caller's.
        unsafe { description.write(Bstr::new(SENTENCE).into_raw()) };
        HRESULT(0)
    }
}

#[test]
fn an_error_handler_answers_what_it_takes() {
    let handler = ComErrorHandler {
        handler: Shared::new(Handler.into()),
        root: Some(tree()),
    };
    let item = "0000\\Root\\Flatbed";
    let report = |status: &DeviceStatus, percent| {
        let report = StatusReport {
            item,
            status,
            percent,
        };
        handler.report_status(None, &report)
    };
    let jam = || Error::new(ErrorKind::PaperJam, "a jam in the feeder");
    let cover = || Error::new(ErrorKind::CoverOpen, "the cover at the back is open");
    let warming_up = Ok(Status::WarmingUp);
    assert_eq!(report(&warming_up, 10).unwrap(), Status::Ok);
    assert_eq!(report(&warming_up, 100).unwrap(), Status::Cancelled);
    assert_eq!(report(&Err(jam()), 0).unwrap(), Status::NotHandled);
    // The driver's own sentence comes back with the failure.
    let refused = report(&Err(cover()), 0).unwrap_err();
    assert_eq!(refused.to_string(), cover().to_string());
    let described = |status| handler.status_description(item, &status);
    assert_eq!(described(warming_up).unwrap(), SENTENCE);
    assert_eq!(described(Err(jam())), None);
}
