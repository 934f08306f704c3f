//! A minidriver in Rust, for a scanner that is not there: a flatbed with a computed picture.
//!
//! `cargo run -p quire-testkit --example hello_driver` has it do a driver's duties, and prints how they went. The chapter
//! for driver authors (`doc/drivers.md`) goes through it.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use formats::DocumentWriter;
use items::{AppItem, DataTypeRule, DriverItem, FormatRule, Resolutions, RootInfo, ScannerRules};
use minidriver::pages::{self, Download, Halt, Pages, Reporter};
use minidriver::{Capability, CapabilityKind, FormatInfo, Minidriver};
use quire_testkit::{Faces, check};
use raster::{Band, PageLayout};
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::property::*;
use wia::{
    Compression, DataType, DocumentHandlingCapabilities, DocumentHandlingStatus, Error, Guid,
    ItemFlags, PropertyId, Result, Status, TransferFlags,
};

struct Hello {
    root: DriverItem,
    rules: ScannerRules,
    cancelled: AtomicBool,
}

impl Hello {
    fn new() -> Result<Hello> {
        let device = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(device, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let source = ItemFlags::PROGRAMMABLE_DATA_SOURCE
            | ItemFlags::TRANSFER
            | ItemFlags::IMAGE
            | ItemFlags::FILE;
        DriverItem::new_child(&root, source, "Flatbed", WIA_CATEGORY_FLATBED, None)?;
        let rules = ScannerRules {
            resolutions: Resolutions::List(vec![75, 150, 300]),
            data_types: vec![DataTypeRule::new(DataType::Grayscale, &[8])],
            formats: vec![
                FormatRule::bmp(),
                FormatRule::raw(),
                FormatRule::tiff(&[Compression::None]),
            ],
            // 8.5 by 11.7 inches.
            ..ScannerRules::new((8500, 11_700))
        };
        Ok(Hello {
            root,
            rules: rules.of_paper(),
            cancelled: AtomicBool::new(false),
        })
    }
}

impl Minidriver for Hello {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        Ok(self.root.clone())
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        if item.category() == WIA_CATEGORY_FLATBED {
            return items::declare_scanner_item(item, &self.rules);
        }
        let info = RootInfo {
            capabilities: DocumentHandlingCapabilities::FLAT,
            status: DocumentHandlingStatus::FLAT_READY,
            ..RootInfo::default()
        };
        items::declare_root(item, &info);
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        match item.category() {
            WIA_CATEGORY_FLATBED => items::validate_scanner_item(item, changed, &self.rules),
            _ => items::validate_item_properties(item, changed),
        }
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        if !flags.contains(TransferFlags::DOWNLOAD) {
            return Err(Error::invalid("this scanner only gives"));
        }
        self.cancelled.store(false, Ordering::Relaxed);
        let mut glass = Glass::new(self, item)?;
        let format = pages::page_format(context, glass.layout.pixel)?;
        let download = Download::new(item, context)?;
        // The glass is not scanned when nobody wants it.
        let written = match download.next_stream() {
            Ok(Some(stream)) => download.run(&mut glass, format, Some(stream), context),
            Ok(None) => return Ok(Status::Ok),
            Err(interrupted) => Err(interrupted.into()),
        };
        match written {
            Ok(tally) => Ok(tally.status(Some(1))),
            Err(halt) => halt.result(|device| device),
        }
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        match item.category() {
            WIA_CATEGORY_FLATBED => Ok(FormatInfo::all_of(&self.rules)),
            _ => Err(Error::invalid("the root has no images")),
        }
    }

    fn capabilities(&self) -> Vec<Capability> {
        vec![Capability {
            id: WIA_CMD_SYNCHRONIZE,
            kind: CapabilityKind::Command,
            name: "Synchronize".into(),
            description: "Look at the device anew".into(),
        }]
    }

    fn device_command(&self, _: &AppItem, command: Guid) -> Result<()> {
        match command {
            WIA_CMD_SYNCHRONIZE => Ok(()),
            other => Err(Error::invalid(format!("the device has no command {other}"))),
        }
    }

    fn notify_pnp_event(&self, event: Guid) {
        if event == WIA_EVENT_CANCEL_IO {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

/// The one page that lies on the glass.
struct Glass<'a> {
    driver: &'a Hello,
    layout: PageLayout,
    left: u32,
    top: u32,
    there: bool,
}

impl Glass<'_> {
    fn new<'a>(driver: &'a Hello, item: &AppItem) -> Result<Glass<'a>> {
        Ok(Glass {
            driver,
            layout: PageLayout {
                width: item.read_u32(WIA_IPS_XEXTENT)?,
                height: Some(item.read_u32(WIA_IPS_YEXTENT)?),
                pixel: pages::pixel_type(item)?,
                x_dpi: item.read_u32(WIA_IPS_XRES)?,
                y_dpi: item.read_u32(WIA_IPS_YRES)?,
            },
            left: item.read_u32(WIA_IPS_XPOS)?,
            top: item.read_u32(WIA_IPS_YPOS)?,
            there: true,
        })
    }
}

impl Pages for Glass<'_> {
    type Page = ();
    type Failure = Error;

    fn next(&mut self) -> Result<Option<()>, Halt> {
        Ok(std::mem::take(&mut self.there).then_some(()))
    }

    fn write(
        &mut self,
        (): (),
        writer: &mut dyn DocumentWriter,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        writer.begin_page(&self.layout).map_err(Halt::Stream)?;
        let lines = self.layout.height.unwrap_or_default();
        let mut row = vec![0; self.layout.row_bytes()];
        for line in 0..lines {
            if self.driver.cancelled.load(Ordering::Relaxed) {
                return Err(Halt::Cancelled);
            }
            for (x, gray) in (self.left..).zip(&mut row) {
                *gray = ((x + self.top + line) % 256) as u8;
            }
            if let Some(band) = Band::new(&row, row.len(), row.len()) {
                writer.rows(band).map_err(Halt::Stream)?;
            }
            reporter.part(u64::from(line) + 1, Some(lines.into()))?;
        }
        writer.end_page().map_err(Halt::Stream)?;
        Ok(())
    }

    fn discard(&mut self, (): ()) -> Result<(), Halt> {
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "it is a program for people")]
fn main() -> ExitCode {
    let new = || Ok(Arc::new(Hello::new()?) as Arc<dyn Minidriver>);
    match check(&new, Faces::Both) {
        Ok(report) => {
            print!("{report}");
            if report.failed() == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(e) => {
            println!("the driver cannot be opened: {e}");
            ExitCode::FAILURE
        }
    }
}
