//! The preview component, and what is done where Windows shows a dialog.

use abi::HRESULT;
use abi::interfaces::{IWiaItem2, IWiaPreview};
use abi::memory::{Bstr, read_wide, task_free};
use abi::results::{E_INVALIDARG, E_POINTER, E_UNEXPECTED, S_OK};
use wia::property::{WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES};

use super::objects::{feeder, flatbed, i4, manager2, object, open, out, set};
use super::pictures::{App, rust_streams};

fn component(item: &IWiaItem2) -> IWiaPreview {
    object(|preview| unsafe { item.GetPreviewComponent(0, preview) }).unwrap()
}

fn new_preview(preview: &IWiaPreview, item: &IWiaItem2, app: &App) -> HRESULT {
    unsafe { preview.GetNewPreview(0, item.into(), (&app.callback()).into()) }
}

#[test]
fn a_preview_is_scanned_once_and_looked_at_again() {
    let item = flatbed("virtual:?seed=2");
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    let preview = component(&item);
    let app = App::default();
    assert_eq!(new_preview(&preview, &item, &app), S_OK);
    let first = app.heard().streams.clone();
    assert!(first.len() == 1 && first[0].starts_with(b"BM"));
    let app = App::default();
    let callback = app.callback();
    let code = unsafe { preview.UpdatePreview(0, (&item).into(), (&callback).into()) };
    assert_eq!(code, S_OK);
    assert!(
        app.heard().streams == first,
        "the same look at the same scan"
    );
    let code = unsafe { preview.UpdatePreview(2, (&item).into(), (&callback).into()) };
    assert_eq!(code, E_INVALIDARG);
    // The sheet on the glass is a region.
    assert_eq!(unsafe { preview.DetectRegions(0) }, S_OK);
    let list = object(|list| unsafe { item.EnumChildItems(std::ptr::null(), list) }).unwrap();
    assert!(out(|count| unsafe { list.GetCount(count) }).unwrap() >= 1);
    unsafe {
        assert_eq!(preview.Clear(), S_OK);
        assert_eq!(preview.DetectRegions(0), E_UNEXPECTED);
    }
}

#[test]
fn a_look_needs_a_preview_and_an_item_of_the_device() {
    let item = flatbed("virtual:");
    let preview = component(&item);
    let app = App::default();
    let callback = app.callback();
    unsafe {
        let early = preview.UpdatePreview(0, (&item).into(), (&callback).into());
        assert_eq!(early, E_UNEXPECTED);
        assert_eq!(preview.DetectRegions(0), E_UNEXPECTED);
        assert_eq!(preview.Clear(), S_OK);
        let no_item = preview.GetNewPreview(0, None.into(), (&callback).into());
        assert_eq!(no_item, E_INVALIDARG);
        let nobody = preview.GetNewPreview(0, (&item).into(), None.into());
        assert_eq!(nobody, E_INVALIDARG);
    }
    assert_eq!(
        new_preview(&preview, &flatbed("virtual:"), &app),
        E_INVALIDARG
    );
    assert!(app.heard().names.is_empty());
}

/// `IWiaItem2::DeviceDlg`: the code, and the files.
fn dialog(item: &IWiaItem2, folder: &std::path::Path, name: &str) -> (HRESULT, Vec<String>) {
    let (folder, name) = (Bstr::new(folder.to_str().unwrap()), Bstr::new(name));
    let (mut count, mut paths, mut chosen) = (9, std::ptr::null_mut(), None);
    let window = std::ptr::null_mut();
    let code = unsafe {
        item.DeviceDlg(
            0,
            window,
            folder.as_raw(),
            name.as_raw(),
            &mut count,
            &mut paths,
            &mut chosen,
        )
    };
    assert_eq!(chosen.is_some(), code.is_ok());
    let mut files = Vec::new();
    for n in 0..usize::try_from(count).unwrap() {
        // SAFETY: there are so many strings, which are the caller's now.
        let path = unsafe { Bstr::from_raw(paths.add(n).read()) };
        // SAFETY: it is a string.
        files.push(unsafe { read_wide(path.as_raw()) }.unwrap());
    }
    // SAFETY: the array is the caller's.
    unsafe { task_free(paths.cast()) };
    (code, files)
}

#[test]
fn without_a_dialog_pages_become_files() {
    let uri = "virtual:?sheets=2&seed=5";
    let item = feeder(uri);
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    set(&item, &[(WIA_IPS_PAGES, i4(0))]);
    let folder = tempfile::tempdir().unwrap();
    let (code, files) = dialog(&item, folder.path(), "page/one");
    assert_eq!(code, S_OK);
    let names = ["page_one.bmp", "page_one (2).bmp"].map(|n| folder.path().join(n));
    let names = names.map(|name| name.to_str().unwrap().to_owned());
    assert_eq!(files, names);
    let values = [WIA_IPS_XRES, WIA_IPS_YRES].map(|id| (id, 75.into()));
    let values = [&values[..], &[(WIA_IPS_PAGES, 0.into())]].concat();
    let expected = rust_streams(uri, r"0000\Root\Feeder", &values);
    for (file, expected) in files.iter().zip(&expected) {
        assert!(&std::fs::read(file).unwrap() == expected, "{file}");
    }
    // What is there is not replaced; the root's first item with data is the flatbed.
    let (code, files) = dialog(&open(uri), folder.path(), "page/one");
    assert_eq!(code, S_OK);
    assert!(files[0].ends_with("page_one (3).bmp"), "{files:?}");
    assert_eq!(dialog(&item, folder.path(), ""), (E_INVALIDARG, vec![]));
}

#[test]
fn a_jam_leaves_whole_pages() {
    let item = feeder("virtual:?sheets=3&jam=2");
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    set(&item, &[(WIA_IPS_PAGES, i4(0))]);
    let folder = tempfile::tempdir().unwrap();
    let (code, files) = dialog(&item, folder.path(), "page");
    assert_eq!((code.0.cast_unsigned(), files), (0x8021_0002, vec![]));
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["page.bmp"]);
}

#[test]
fn the_manager_takes_images_of_a_device() {
    let folder = tempfile::tempdir().unwrap();
    let id = Bstr::new("virtual:");
    let (place, name) = (
        Bstr::new(folder.path().to_str().unwrap()),
        Bstr::new("page"),
    );
    let (mut count, mut paths) = (0, std::ptr::null_mut());
    unsafe {
        let window = std::ptr::null_mut();
        let (id, place, name) = (id.as_raw(), place.as_raw(), name.as_raw());
        let nothing = std::ptr::null_mut();
        let manager = manager2();
        let code = manager.GetImageDlg(
            0,
            id,
            window,
            place,
            name,
            &mut count,
            nothing,
            nothing.cast(),
        );
        assert_eq!(code, E_POINTER);
        let code = manager.GetImageDlg(
            0,
            id,
            window,
            place,
            name,
            &mut count,
            &mut paths,
            nothing.cast(),
        );
        assert_eq!((code, count), (S_OK, 1));
        drop(Bstr::from_raw(paths.read()));
        task_free(paths.cast());
    }
    assert!(folder.path().join("page.bmp").exists());
}
