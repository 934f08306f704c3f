//! Previews of a device in a host: the same picture and regions as in this process.

use std::sync::Arc;

use filters::{Filters, Rotation};
use service::{Item, UpdateFlags};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS,
    WIA_IPS_YRES,
};
use wia::{Orientation, PropertyId, Status};

use crate::rig::{Application, FLATBED, here, item, open, set};

const RECTANGLE: [PropertyId; 4] = [WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];

#[test]
fn pictures_and_regions_are_the_same() {
    for turn in [None, Some(Orientation::Landscape)] {
        let both = [open("virtual:").unwrap(), here("virtual:")].map(|device| {
            let flatbed = item(&*device, FLATBED);
            set(
                &*flatbed,
                &[
                    (WIA_IPA_FORMAT, wia::format::WIA_IMG_FMT_BMP.into()),
                    (WIA_IPS_XRES, 75.into()),
                    (WIA_IPS_YRES, 75.into()),
                ],
            );
            let filters = turn.map(|turn| Box::new(Rotation(Some(turn))) as _);
            let filter = Arc::new(Filters::new(filters.into_iter().collect()));
            let preview = flatbed.preview(Some(filter)).unwrap();
            let application = Arc::new(Application::default());
            let status = preview.get_new_preview(application.clone());
            assert_eq!(status, Ok(Status::Ok));
            // A picture that is turned is looked through in another order.
            let mut regions = preview.detect_regions().unwrap();
            regions.sort_by_key(|region| format!("{:?}", region.read(&RECTANGLE)));
            let places: Vec<_> = regions.iter().map(|r| r.read(&RECTANGLE)).collect();
            let part = Arc::new(Application::default());
            let child: &dyn Item = regions[0].as_ref();
            let status = preview.update_preview(child, UpdateFlags::empty(), part.clone());
            assert_eq!(status, Ok(Status::Ok));
            preview.clear();
            assert!(preview.detect_regions().is_err());
            (application.images(), places, part.images())
        });
        let [far, near] = both;
        assert_eq!(far.1, near.1, "{turn:?}");
        assert!(far.0 == near.0, "{turn:?}: the pictures differ");
        assert!(far.2 == near.2, "{turn:?}: the parts differ");
    }
}
