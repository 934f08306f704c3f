//! What `--help` says behind the options.

pub(super) const EXIT_CODES_SHORT: &str =
    "See quire --help for exit codes, and quire COMMAND --help for options.";

// The lines of these texts are shorter than 80 columns, so that no terminal has to wrap them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    everything asked for is in the output, complete
  1    unexpected failure
  2    wrong usage or an invalid setting; nothing was scanned
  3    no such device, or it cannot be reached
  4    the device needs a person (jam, double feed, cover open)
  5    the feeder was empty, or ran empty before the N pages of -n
  6    the device, or the output's .partial file, is in use
  7    the output could not be written (full disk, permission, closed pipe)
  8    the device failed in mid-scan (disconnected, its driver died,
       a deadline passed)
  9    an input, such as the image of a sheet, is damaged or not supported
  130  cancelled (Ctrl-C, SIGTERM, a closed terminal)

  After 4, 5, 7, 8, 9 and 130 the complete pages are kept, and the
  message says how many and where.

Not in this version:
  The commands enhance and serve: each exits 2.";

pub(super) const PREVIEW_AFTER: &str = "\
Examples:
  quire preview -d virtual: -o look.png
  quire preview -d virtual:photos -m gray -o look.jpg --json

Exit codes:
  See quire --help or quire(1).";

pub(super) const SCAN_AFTER: &str = "\
Examples:
  quire scan -d virtual: -s duplex -o first.tiff
      both sides of every sheet into one TIFF
  quire scan -d virtual:pages -s feeder -m bw -o letter.tiff
      the images of the folder `pages` as sheets, black and white, G4
  quire scan -d virtual: -s feeder -o 'page-%03d.png'
      one PNG a page
  quire scan -d virtual: -s flatbed -a 20,30,80,50 -r 600 -o stamp.jpg
      80 x 50 mm of the glass
  quire scan -d virtual: -s feeder --append -o letters.pdf
      more pages for a document that is there
  quire scan -d virtual: -s flatbed -m gray -f raw -o - | program
      to standard output, as it comes

Files:
  The document is built in a hidden .NAME.partial beside the target
  (symbolic links are followed) and renamed when it is complete. Devices,
  FIFOs and standard output are written directly. A .partial that a crash
  left behind is never overwritten.

Configuration:
  ~/.config/quire/config.toml names devices and profiles:

      default = \"office\"
      [devices.office]
      uri = \"escl:http://scanner.lan/eSCL\"
      page = \"a4\"
      [profiles.letters]
      source = \"duplex\"
      mode = \"gray\"

  Then `quire scan --profile letters -o letters.pdf` is enough. Below a
  device or profile stand options that say what is scanned, without
  their --.

Environment:
  SOURCE_DATE_EPOCH   seconds since 1970: the date inside documents, for
                      output that is the same each time
  XDG_CONFIG_HOME     where the configuration is, instead of ~/.config
  QUIRE_DRIVER_MEMORY MiB of memory that a driver in a process of its own
                      may have (2048; 0 for no limit)

Exit codes:
  See quire --help or quire(1).";
