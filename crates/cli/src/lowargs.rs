//! What was typed: the command line, option by option, with the text of `--help`.
//!
//! Nothing is decided here but the shape of a value; [`hiargs`](crate::hiargs) gives it its meaning.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum, value_parser};

mod convert;
mod place;
mod texts;
pub(crate) use convert::ConvertArgs;
pub(crate) use place::PlaceArgs;
use texts::{EXIT_CODES, EXIT_CODES_SHORT, PREVIEW_AFTER, SCAN_AFTER};

/// Scan pages into documents.
///
/// Quire takes sheets from a scanner and makes one document of them, or one file a page. A document is
/// built beside its final name and put there when it is complete. When something goes wrong in mid-scan
/// (a jam, an unplugged cable, a full disk, Ctrl-C) the pages that were complete are kept.
#[derive(Debug, Parser)]
#[command(
    name = "quire",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = EXIT_CODES_SHORT,
    after_long_help = EXIT_CODES
)]
pub(crate) struct LowArgs {
    #[command(subcommand)]
    pub(crate) subcommand: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    Devices(DevicesArgs),
    Show(ShowArgs),
    Scan(Box<ScanArgs>),
    Upload(UploadArgs),
    Preview(PreviewArgs),
    Convert(Box<ConvertArgs>),
    Check(CheckArgs),
    Recover(RecoverArgs),
    /// Anything else, with whatever follows: a command of a later version, or a mistake.
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

/// The commands of the contract that this version does not have.
pub(crate) const LATER_COMMANDS: [&str; 2] = ["enhance", "serve"];

/// List what can be scanned from
///
/// One line a device: the URI for -d, and what it is. The built-in virtual scanner comes last.
#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    /// Devices to watch, with --watch [default: all that are listed]
    #[arg(value_name = "DEVICE")]
    pub(crate) devices: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How long devices are looked for, in seconds [default: 2]
    ///
    /// USB back ends that talk to every scanner may take longer; when a search did not end in time that is
    /// told on standard error.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) wait: Option<f64>,
    /// After the list, print what the devices report, one line an event, until Ctrl-C
    ///
    /// Devices that come and go are events too (WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED)
    /// unless devices are named.
    /// A line has the device, the event and the full name of the item that it is about. With --json the
    /// list and each event are an object or array on a line of its own. When the last of the devices that are
    /// named is disconnected the watch ends with exit code 3.
    #[arg(long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Send a file to a storage device
///
/// ITEM is the name of the new item, or of a file that is there with --replace; a full name, such as
/// `0000\Root\Files\Letters\a.pdf`, puts it into a folder of the device. The old file stays until
/// the new one is complete. Storage devices are folder:DIR, whose items are the files of a directory.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  quire upload folder:archive letter.tiff letter.tiff
  quire upload --replace folder:archive letter.tiff better.tiff")]
pub(crate) struct UploadArgs {
    /// Storage device, such as folder:DIR
    pub(crate) device: String,
    /// Name or full name of the item
    pub(crate) item: String,
    /// The file to send
    pub(crate) file: PathBuf,
    /// Replace an item that is there
    #[arg(long)]
    pub(crate) replace: bool,
    /// Draw no progress bar
    #[arg(long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Finish documents that a crash or power loss cut short
///
/// FILE is the hidden file that was being written, `.NAME.partial`; its complete pages become the document
/// NAME beside it, which replaces an older one as the scan would have done. One line a document says how
/// many pages it has. A file without a complete page exits 9, and one that a scan is writing 6; both stay
/// as they are.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  quire recover .letters.tiff.partial")]
pub(crate) struct RecoverArgs {
    /// What was cut short: .NAME.partial
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print JSON: an array with an object for each document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show a device's items, or the properties of one
///
/// Without ITEM: the tree of items. With ITEM (its name or full name): its properties, each with type,
/// access (R, RW), value, valid values and unit. The names are what `quire scan --set` takes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  quire show virtual:
  quire show virtual: Feeder
  quire show virtual: Root --json")]
pub(crate) struct ShowArgs {
    /// Device, as `quire devices` prints it
    pub(crate) device: String,
    /// Name or full name of an item
    pub(crate) item: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Run the driver conformance suite against a device
///
/// One line a duty: pass, fail or n/a (the device has nothing that it concerns), its name, the section of
/// WIA's rules, HWC for a hardware compatibility requirement, and what a good driver does. Pages are
/// scanned many times over; a feeder should be full. To a storage device a file quire-check.txt is sent and
/// deleted again. The exit code is 1 when a duty fails.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Device, as `quire devices` prints it
    pub(crate) device: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Scan into a document
///
/// Scans from a feeder until it is empty, or from the glass, into the file that -o names.
#[derive(Clone, Debug, Args)]
#[command(args_override_self = true, after_help = "See quire scan --help for examples and exit codes.", after_long_help = SCAN_AFTER)]
pub(crate) struct ScanArgs {
    /// Device, as `quire devices` prints it or as the configuration names it [default: the configured one, else
    /// the only real one]
    ///
    /// virtual: is the built-in virtual scanner with sheets of its own; virtual:DIR has the images of
    /// a folder for sheets; virtual:FILE.toml is a scanner described by a model file. Parameters follow
    /// as a query: virtual:DIR?seed=7&ppm=60&jam=3. The virtual scanner is never chosen by itself.
    ///
    /// sane:NAME is a scanner that SANE has a back end for; escl:http://HOST/eSCL and escl:UUID are scanners on
    /// the network; com:LIB.so is one with a driver in C++. A device that is not listed can be named all the same.
    ///
    /// Every device takes, in seconds, open-deadline (30), first-line-deadline (120), deadline (60: from line to
    /// line), cancel-deadline (5) and close-deadline (5); every scanner takes layers=NAME,-NAME, which switches
    /// work-arounds on and off (`quire show DEVICE` lists them).
    #[arg(short, long, value_name = "URI")]
    pub(crate) device: Option<String>,

    /// Options of the configuration, under this name; those that are typed win
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Where the sheets come from
    #[arg(short, long, value_name = "NAME", default_value = "auto")]
    pub(crate) source: SourceName,

    /// Dots an inch
    #[arg(
        short,
        long,
        value_name = "DPI",
        default_value = "300",
        allow_negative_numbers = true
    )]
    pub(crate) resolution: u32,

    /// What a pixel tells
    #[arg(short, long, value_name = "NAME", default_value = "color")]
    pub(crate) mode: ModeName,

    /// Bits a channel: 8 or 16 [default: what the mode usually has]
    #[arg(long, value_name = "BITS", allow_negative_numbers = true)]
    pub(crate) depth: Option<u32>,

    /// Size of a page: auto, a4, letter, …, or WxH in millimetres
    ///
    /// auto gives each sheet its own size where the device finds it, else the whole bed. Names: a0 to
    /// a10, b0 to b10, c0 to c10, jis-b0 to jis-b10, jis-2a, jis-4a, din-2b, din-4b, letter, legal,
    /// ledger, statement, businesscard.
    #[arg(long, value_name = "NAME|WxH", default_value = "auto")]
    pub(crate) page: String,

    /// Part of the page, in millimetres from its top left [default: all of it]
    #[arg(short, long, value_name = "X,Y,W,H", allow_hyphen_values = true)]
    pub(crate) area: Option<String>,

    /// Sides to scan; 0 until the feeder is empty [default: 0; 1 on a flatbed]
    ///
    /// On a flatbed N scans are made one after the other. On a terminal quire waits for Enter between
    /// them, unless --no-prompt is given.
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(0..=i64::from(i32::MAX)))]
    pub(crate) pages: Option<u32>,

    /// Where the document goes; the ending chooses the format
    ///
    /// `-` is standard output and needs -f. %d, or %03d with zeros, in the name gives one file a page,
    /// numbered from 1; %% is a percent sign.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// Format, where the ending of the output does not tell
    #[arg(short, long, value_name = "NAME")]
    pub(crate) format: Option<FormatName>,

    /// How pixels are packed [default: TIFF deflate, PDF jpeg, both g4 for bw]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) compression: Option<CompressionName>,

    /// Quality of JPEG data, 1 to 100
    #[arg(short, long, value_name = "Q", default_value = "75", value_parser = value_parser!(u8).range(1..=100))]
    pub(crate) quality: u8,

    /// Kind of transfer; the document is the same
    #[arg(short, long, value_name = "KIND", default_value = "stream")]
    pub(crate) transfer: TransferName,

    /// Title that the document carries
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) title: String,

    /// Author that the document names
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) author: String,

    /// Add the pages to the TIFF or PDF that is there, whatever program made it
    ///
    /// They are added to a copy, which takes its place at the end. Where there is no document a new one is
    /// begun.
    #[arg(long)]
    pub(crate) append: bool,

    /// Write any property of the item, by WIA name or number, or by the driver's own name
    ///
    /// Repeatable; written last and in order. `quire show DEVICE ITEM` lists names and valid values.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,

    /// Run an image filter: brightness, contrast or rotation
    ///
    /// Repeatable; the filters run in the order given, before the document is written. brightness and
    /// contrast take -1000 to 1000, rotation takes 90, 180 or 270 degrees counter-clockwise. Without a
    /// value it is that of the item's property of this name, which the device then does not get: nothing
    /// is done twice.
    #[arg(long, value_name = "NAME[=V]")]
    pub(crate) filter: Vec<String>,

    /// Print what would be scanned, and every value that would be changed; no paper moves
    #[arg(long)]
    pub(crate) check: bool,

    /// Print events on standard error, one JSON object a line
    ///
    /// `event` is start, page (page, sheet, side, bytes; once the page is durable), progress (page,
    /// percent, bytes), status (text), or end (code, pages, message on failure). end always comes, and
    /// comes last. With --check the result on standard output is JSON too.
    #[arg(long)]
    pub(crate) json: bool,

    /// Tell about the plan and about each page
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// Tell nothing but errors
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Do not wait for Enter: between the scans of a flatbed, after a jam
    ///
    /// On a terminal quire asks for help when the device needs a person (a jam, a double feed, an open
    /// cover), and goes on where it stood. With this option, and with --json, the scan ends there.
    #[arg(long)]
    pub(crate) no_prompt: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Take a low-resolution look at the glass
///
/// Scans the flatbed once, coarsely, into the file that -o names, and lists the regions that it finds there,
/// such as photographs that lie apart: one line each, number and X,Y,W,H in millimetres, which is what
/// `quire scan -a` takes. Nothing is listed for an empty glass.
#[derive(Debug, Args)]
#[command(after_long_help = PREVIEW_AFTER)]
pub(crate) struct PreviewArgs {
    /// Device, as `quire devices` prints it, or as the configuration names it [default: the configured one, else the only
    /// real one]
    #[arg(short, long, value_name = "URI")]
    pub(crate) device: Option<String>,

    /// Dots an inch [default: 75, or the nearest that the device has]
    #[arg(short, long, value_name = "DPI", allow_negative_numbers = true)]
    pub(crate) resolution: Option<u32>,

    /// What a pixel tells
    #[arg(short, long, value_name = "NAME", default_value = "color")]
    pub(crate) mode: ModeName,

    /// Part of the glass, in millimetres from its top left [default: all of it]
    #[arg(short, long, value_name = "X,Y,W,H", allow_hyphen_values = true)]
    pub(crate) area: Option<String>,

    /// Where the picture goes; the ending chooses the format
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// Format, where the ending of the output does not tell
    #[arg(short, long, value_name = "NAME")]
    pub(crate) format: Option<FormatName>,

    /// Quality of JPEG data, 1 to 100
    #[arg(short, long, value_name = "Q", default_value = "75", value_parser = value_parser!(u8).range(1..=100))]
    pub(crate) quality: u8,

    /// Run an image filter: brightness, contrast or rotation
    ///
    /// As for `quire scan`. The regions are those of the glass, however the picture is turned.
    #[arg(long, value_name = "NAME[=V]")]
    pub(crate) filter: Vec<String>,

    /// Print the regions as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Tell nothing but errors and regions
    #[arg(long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceName {
    /// The feeder if it holds paper, else the flatbed
    Auto,
    /// The glass
    Flatbed,
    /// The feeder, front sides
    Feeder,
    /// The feeder, both sides
    Duplex,
    /// The film unit
    Film,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeName {
    /// Red, green, blue
    #[value(alias = "colour")]
    Color,
    /// Shades of grey
    #[value(alias = "grey")]
    Gray,
    /// Black or white
    Bw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// TIFF, all pages in one file
    #[value(alias = "tif")]
    Tiff,
    /// PDF, all pages in one file
    Pdf,
    /// PDF/A-2b, for keeping
    #[value(alias = "pdf/a")]
    Pdfa,
    /// JPEG, one page a file
    #[value(alias = "jpg")]
    Jpeg,
    /// PNG, one page a file
    Png,
    /// Windows bitmap, one page a file
    Bmp,
    /// WIA's raw format, one page a file
    Raw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompressionName {
    /// Not at all
    None,
    /// Run lengths
    Packbits,
    /// LZW
    Lzw,
    /// Deflate
    Deflate,
    /// Fax group 3, for bw in TIFF
    G3,
    /// Fax group 3 in two dimensions, for bw in TIFF
    #[value(name = "g3-2d", alias = "g3:2d")]
    G3TwoDimensional,
    /// Fax group 4, for bw
    G4,
    /// JPEG, for color and gray of 8 bits
    Jpeg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransferName {
    /// From the driver straight into the document
    Stream,
    /// Into a file that the service creates
    File,
    /// In bands of memory, two in turn
    Memory,
}
