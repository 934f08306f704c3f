//! Where the figures come from: without this they mean nothing.

use std::fs;
use std::io;
use std::process::Command;

use rustix::system::{sysinfo, uname};

use crate::bench::Bench;
use crate::report::mebibytes;

/// The kernel counts load averages in 65536ths.
const LOAD_UNIT: f64 = 65536.0;

/// The machine, the day, the programs and their versions; some lines of text.
pub(crate) fn describe(bench: &Bench) -> io::Result<String> {
    let system = sysinfo();
    let memory = (system.totalram as u64).saturating_mul(u64::from(system.mem_unit));
    let load = system.loads[0] as f64 / LOAD_UNIT;
    let cores = std::thread::available_parallelism()?;
    let first_line = |text: String| text.lines().next().unwrap_or_default().trim().to_owned();
    let date = bench
        .runner
        .output(Command::new("date").args(["--utc", "+%Y-%m-%d %H:%M UTC"]))?;
    let quire = bench
        .runner
        .output(bench.quire.command().arg("--version"))?;
    // With `-h` it names the library before it explains itself.
    let tiffcp = bench.runner.output(Command::new("tiffcp").arg("-h"))?;
    Ok(format!(
        "machine   {}, {cores} cores, {} MiB memory, Linux {}, load {load:.2} at the start\n\
         date      {}\n\
         quire     {}\n\
         tiffcp    {}\n\
         memory fs {}",
        processor()?,
        mebibytes(memory),
        uname().release().to_string_lossy(),
        first_line(date),
        first_line(quire),
        first_line(tiffcp),
        bench.dir.display(),
    ))
}

/// The processor's name.
fn processor() -> io::Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = name.map(|rest| rest.trim_start_matches([' ', '\t', ':']));
    Ok(name.unwrap_or("a processor without a name").to_owned())
}
