//! What was typed after `quire convert`.

use std::path::PathBuf;

use clap::{Args, value_parser};

use super::{CompressionName, FormatName};

/// Put the pages of documents and images into a document
///
/// All pages of all inputs, in the order given, go into the document that -o names: TIFF, JPEG, PNG, BMP and
/// RAW files and PDFs whose pages are images, by what is in them, whatever their names. Pages keep their mode,
/// depth, resolution and colour profile. Where the new document can hold a page's compressed data as they
/// are, they are copied and nothing is lost; else the page is compressed anew. What is damaged is not copied,
/// but of JPEG data only the structure is looked at. The inputs stay as they are.
#[derive(Debug, Args)]
#[command(args_override_self = true, after_long_help = CONVERT_AFTER)]
pub(crate) struct ConvertArgs {
    /// Documents and images to read
    #[arg(required = true, value_name = "IN")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Where the document goes; the ending chooses the format
    ///
    /// `-` is standard output and needs -f. %d, or %03d with zeros, in the name gives one file a page,
    /// numbered from 1; %% is a percent sign.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// Format, where the ending of the output does not tell
    #[arg(short, long, value_name = "NAME")]
    pub(crate) format: Option<FormatName>,

    /// How pixels are packed [default: as they are, else without loss where the format can]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) compression: Option<CompressionName>,

    /// Quality of JPEG data, 1 to 100 [default: JPEG data stay as they are; 75 for new ones]
    #[arg(short, long, value_name = "Q", value_parser = value_parser!(u8).range(1..=100))]
    pub(crate) quality: Option<u8>,

    /// Add the pages to the TIFF or PDF that is there, whatever program made it
    ///
    /// They are added to a copy, which takes its place at the end. Where there is no document a new one is
    /// begun.
    #[arg(long)]
    pub(crate) append: bool,

    /// Title of the document [default: that of the first page]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    /// Author of the document [default: that of the first page]
    #[arg(long, value_name = "TEXT")]
    pub(crate) author: Option<String>,

    /// Print events on standard error, one JSON object a line
    ///
    /// `event` is page (page, pages, bytes; once the page is written), or end (code, pages, message on
    /// failure). end always comes, and comes last; the document is durable then.
    #[arg(long)]
    pub(crate) json: bool,

    /// Tell nothing but errors
    #[arg(long)]
    pub(crate) quiet: bool,
}

const CONVERT_AFTER: &str = "\
Examples:
  quire convert old.tiff -c deflate -o smaller.tiff
      the same pages, packed better
  quire convert *.jpg -o album.tiff
      one document of many pictures, whose data stay as they are
  quire convert letter.tiff -o 'page-%03d.png'
      one PNG a page
  quire convert receipt.jpg --append -o letters.pdf
      more pages for a document that is there

Files:
  As with quire scan: the document is built in a hidden .NAME.partial and
  renamed when it is complete. An output that is an input is refused.
  What is damaged in mid-document ends the conversion with exit 9; the
  pages before it are kept.

Environment:
  SOURCE_DATE_EPOCH   seconds since 1970: the date of a document whose
                      first page has none

Exit codes:
  See quire --help or quire(1).";
