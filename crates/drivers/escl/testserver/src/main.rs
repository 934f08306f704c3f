//! `quire-escl-testserver [--jpeg-only] [--sheets N]`: an office scanner at a free port of this machine, until
//! standard input ends. Its address goes to standard output.
#![forbid(unsafe_code)]

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use quire_escl_testserver::{Server, jpeg_only, office};

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            // Nothing is left to be done when standard error cannot be written either.
            let _ = writeln!(io::stderr(), "quire-escl-testserver: {e}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let (mut capabilities, mut sheets) = (office(), 3);
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--jpeg-only" => capabilities = jpeg_only(capabilities),
            "--sheets" => {
                let number = words.next().and_then(|n| n.parse().ok());
                sheets = number.ok_or_else(|| io::Error::other("--sheets takes a number"))?;
            }
            other => return Err(io::Error::other(format!("there is no option {other}"))),
        }
    }
    let server = Server::start(capabilities);
    {
        let mut scanner = server.lock();
        scanner.refill = Some(sheets);
        scanner.sheets = (1..=sheets).collect();
    }
    writeln!(io::stdout(), "{}", server.url())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
