//! The tables of messages: what each application hears of what a driver of the other generation says
//! (`img/mapping-for-a-legacy-application-and-windows-vista-driver.md`,
//! `img/mapping-for-a-vista-application-and-legacy-driver.md`).

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use quire_service::{Answer, DriverModel, NextStream, TransferParams};
use transfer::{DeviceStatus, TransferContext};
use wia::format::{WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_TIFF};
use wia::{DataMessage, Error, ErrorKind, Result, Status, Tymed};

use crate::compat::scripted::{App, Driver, Rig, band, bmp, next, say, tell, write};

/// A row of the tables. The messages are as the application has to write them down.
struct Row {
    section: &'static str,
    application: &'static str,
    emits: &'static str,
    /// In bands, in a file.
    heard: [&'static str; 2],
    /// What the driver's call is answered with, in bands and in a file.
    answer: [&'static str; 2],
}

fn rows(application: &str) -> Vec<Row> {
    let lines = include_str!("messages.csv").lines().skip(1);
    let rows = lines.map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 7, "{line}");
        Row {
            section: cells[0],
            application: cells[1],
            emits: cells[2],
            heard: [cells[3], cells[4]],
            answer: [cells[5], cells[6]],
        }
    });
    let rows: Vec<Row> = rows.filter(|row| row.application == application).collect();
    assert!(!rows.is_empty());
    rows
}

/// The lines of the log as a cell has them.
fn cell(app: &App) -> String {
    let lines = app.log.lines().into_iter();
    let short = lines.map(|line| match line.starts_with("NEXT") {
        true => "NEXT".to_owned(),
        false => line.replace(',', ""),
    });
    short.collect::<Vec<_>>().join(";")
}

fn name(answer: &Result<Answer>) -> &'static str {
    match answer {
        Ok(Answer::Continue) => "S_OK",
        Ok(Answer::Cancel) => "S_FALSE",
        Err(e) => e.kind().name(),
    }
}

/// What a driver's calls were answered with.
type Told = Arc<Mutex<Option<Result<Answer>>>>;

/// A script that does what `emits` says once, keeps the answer, and obeys it.
fn script(
    emits: &'static str,
    emit: fn(&str, &mut TransferContext) -> Result<Answer>,
) -> (
    Told,
    impl Fn(&mut TransferContext) -> Result<Status> + Send + Sync,
) {
    let told = Told::default();
    let tell = Arc::clone(&told);
    let script = move |context: &mut TransferContext| {
        let answer = emit(emits, context);
        *tell.lock().unwrap() = Some(answer.clone());
        answer.map(|answer| match answer {
            Answer::Continue => Status::Ok,
            Answer::Cancel => Status::Cancelled,
        })
    };
    (told, script)
}

fn asks(context: &TransferContext) -> Result<Answer> {
    next(context).map(|next| match next {
        NextStream::Stream(_) => Answer::Continue,
        _ => Answer::Cancel,
    })
}

/// A driver of streams.
fn emit_newer(emits: &str, context: &mut TransferContext) -> Result<Answer> {
    let device = |status: DeviceStatus| TransferParams::device_status(status, 7, 0);
    let jam = || Error::new(ErrorKind::PaperJam, "at sheet 7");
    match emits {
        "MSG_STATUS" => say(context, &TransferParams::status(30, 0)),
        "MSG_DEVICE_STATUS WIA_STATUS_WARMING_UP" => say(context, &device(Ok(Status::WarmingUp))),
        "MSG_DEVICE_STATUS WIA_STATUS_CALIBRATING" => {
            say(context, &device(Ok(Status::Calibrating)))
        }
        "MSG_DEVICE_STATUS WIA_ERROR_PAPER_JAM" => say(context, &device(Err(jam()))),
        "MSG_NEW_PAGE" => say(context, &TransferParams::new_page(0, 0)),
        // The service sends it when the driver has returned.
        "MSG_END_OF_STREAM (service)" | "GetNextStream first" => asks(context),
        "MSG_END_OF_TRANSFER (service)" => Ok(Answer::Continue),
        "GetNextStream later" => {
            if asks(context)? == Answer::Cancel {
                return Ok(Answer::Cancel);
            }
            asks(context)
        }
        _ => {
            let mut stream = match next(context)? {
                NextStream::Stream(stream) => stream,
                _ => return Ok(Answer::Cancel),
            };
            match emits {
                "IStream::Write" => stream.write(&bmp()).map(drop)?,
                "IStream::Seek" => drop(stream.seek(SeekFrom::Start(20))?),
                "IStream::SetSize" => stream.set_size(70)?,
                other => panic!("{other}"),
            }
            Ok(Answer::Continue)
        }
    }
}

/// A driver of bands and files.
fn emit_older(emits: &str, context: &mut TransferContext) -> Result<Answer> {
    let message = match emits {
        "IT_MSG_DATA" if context.memory_transfer => return band(context, 0, &bmp()[14..30]),
        "IT_MSG_DATA" => DataMessage::Data,
        "IT_MSG_STATUS" => DataMessage::Status,
        "IT_MSG_DATA_HEADER" => DataMessage::DataHeader,
        "IT_MSG_NEW_PAGE" => DataMessage::NewPage,
        "FILE_PREVIEW_DATA" => DataMessage::FilePreviewData,
        "FILE_PREVIEW_DATA_HEADER" => DataMessage::FilePreviewDataHeader,
        "IT_MSG_TERMINATION (service)" => return Ok(Answer::Continue),
        other => panic!("{other}"),
    };
    tell(context, message, 0, 4)
}

fn newer(
    in_file: bool,
    script: impl Fn(&mut TransferContext) -> Result<Status> + Send + Sync + 'static,
) -> Rig {
    let rig = Driver::new(DriverModel::Stream, move |_, context| script(context)).connect();
    match in_file {
        true => rig.write(WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
        false => rig.write(WIA_IMG_FMT_MEMORYBMP, Tymed::Callback),
    }
    rig
}

fn transfer(rig: &Rig, in_file: bool, app: &Arc<App>) -> Result<Status> {
    if !in_file {
        return rig.bands(app);
    }
    let folder = tempfile::tempdir().unwrap();
    rig.file(&folder.path().join("file"), Tymed::MultipageFile, app)
}

/// What a transfer ends with whose driver obeys its answer.
fn ends_with(result: &Result<Status>) -> &'static str {
    result
        .as_ref()
        .map_or_else(|e| e.kind().name(), |s| s.name())
}

#[test]
fn an_older_application_hears_each_message_of_a_newer_driver_as_the_table_says() {
    for row in rows("legacy") {
        for (in_file, place) in [(false, "in bands"), (true, "in a file")] {
            let what = format!("{} {} {place}", row.section, row.emits);
            let (told, script) = script(row.emits, emit_newer);
            let app = App::new();
            let result = transfer(&newer(in_file, script), in_file, &app);
            let at = usize::from(in_file);
            assert_eq!(cell(&app), row.heard[at], "{what}");
            let told = told.lock().unwrap().take().unwrap();
            assert_eq!(name(&told), row.answer[at], "{what}");
            assert_eq!(ends_with(&result), row.answer[at], "{what}");
        }
    }
}

#[test]
fn s_false_of_an_older_application_cancels_whichever_message_it_answers() {
    for row in rows("legacy") {
        for in_file in [false, true] {
            let heard = row.heard[usize::from(in_file)];
            for message in heard.split(';').filter(|m| *m != "TERMINATION") {
                let what = format!("{} {in_file}: {message}", row.emits);
                let start = message.split_inclusive(' ').next().unwrap();
                let (told, script) = script(row.emits, emit_newer);
                let app = App::answering(start, Ok(Answer::Cancel));
                let result = transfer(&newer(in_file, script), in_file, &app);
                assert_eq!(result, Ok(Status::Cancelled), "{what}");
                // Nothing but the end comes after it.
                let lines = app.log.lines();
                let at = lines.iter().position(|line| line.starts_with(start));
                assert_eq!(lines[at.unwrap() + 1..], ["TERMINATION"], "{what}");
                // A write is not failed: the driver hears of it at its next message or request.
                let told = told.lock().unwrap().take().unwrap();
                let expected = if start == "DATA " { "S_OK" } else { "S_FALSE" };
                assert_eq!(name(&told), expected, "{what}");
            }
        }
    }
}

#[test]
fn an_application_of_streams_hears_each_message_of_an_older_driver_as_the_table_says() {
    for row in rows("stream") {
        for (in_file, place) in [(false, "in bands"), (true, "in a file")] {
            let what = format!("{} {} {place}", row.section, row.emits);
            let (told, emit) = script(row.emits, emit_older);
            let driver = Driver::new(DriverModel::Legacy, move |_, context| {
                let result = emit(context);
                if in_file {
                    write(context, b"file");
                }
                result
            });
            let rig = driver.connect();
            if in_file {
                rig.write(WIA_IMG_FMT_JPEG, Tymed::File);
            }
            let app = App::new();
            let result = rig.download(&app);
            let at = usize::from(in_file);
            assert_eq!(cell(&app), row.heard[at], "{what}");
            let told = told.lock().unwrap().take().unwrap();
            assert_eq!(name(&told), row.answer[at], "{what}");
            assert_eq!(ends_with(&result), row.answer[at], "{what}");
        }
    }
}
