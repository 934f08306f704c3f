//! The bytes of the messages. They are written by hand after postcard's description of its format (numbers in
//! groups of seven bits, signed ones in zigzag, the number of a variant before its members): whoever changes
//! one changes the protocol's number too.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use service::TransferParams;
use wia::{Error, ErrorKind, Hresult};

use super::*;

#[track_caller]
fn golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(message: &T, bytes: &[u8]) {
    assert_eq!(postcard::to_stdvec(message).unwrap(), bytes, "{message:?}");
    assert_eq!(&postcard::from_bytes::<T>(bytes).unwrap(), message);
}

fn request(request: Request) -> ToHost {
    ToHost::Request { id: 300, request }
}

fn of_item(what: OfItem) -> ToHost {
    request(Request::Item { item: 5, what })
}

#[test]
fn what_a_host_hears() {
    let uri = "a:".to_owned();
    let legacy = true;
    golden(
        &request(Request::Open { uri, legacy }),
        b"\x00\xAC\x02\x00\x02a:\x01",
    );
    golden(&request(Request::Close), b"\x00\xAC\x02\x02");
    let scheme = "a".to_owned();
    golden(
        &request(Request::Discover {
            scheme,
            millis: 2000,
        }),
        b"\x00\xAC\x02\x01\x01a\xD0\x0F",
    );
    golden(
        &request(Request::Find("x".to_owned())),
        b"\x00\xAC\x02\x03\x01x",
    );
    golden(&of_item(OfItem::Flags), b"\x00\xAC\x02\x04\x05\x00");
    golden(&of_item(OfItem::Children), b"\x00\xAC\x02\x04\x05\x01");
    golden(
        &of_item(OfItem::CreateChild {
            flags: -1,
            creation: 128,
            name: "n".to_owned(),
        }),
        b"\x00\xAC\x02\x04\x05\x02\x01\x80\x01\x01n",
    );
    golden(&of_item(OfItem::Delete), b"\x00\xAC\x02\x04\x05\x03");
    golden(
        &of_item(OfItem::Command(1)),
        b"\x00\xAC\x02\x04\x05\x04\x01",
    );
    golden(
        &of_item(OfItem::Read(vec![4098])),
        b"\x00\xAC\x02\x04\x05\x06\x01\x82\x20",
    );
    golden(
        &of_item(OfItem::Write(vec![(2, ValueWire::I4(-2))])),
        b"\x00\xAC\x02\x04\x05\x07\x01\x02\x00\x03",
    );
    golden(
        &of_item(OfItem::Write(vec![(2, ValueWire::R4(1.0))])),
        b"\x00\xAC\x02\x04\x05\x07\x01\x02\x02\x00\x00\x80\x3F",
    );
    let document = DocumentWire::from(&service::DocumentOptions::default());
    let heard = Heard {
        handler: true,
        window: false,
    };
    golden(
        &of_item(OfItem::Upload { document, heard }),
        // Quality 75, five empty texts, no date, profile or size, no records, no photometric, 4 GiB - 1.
        b"\x00\xAC\x02\x04\x05\x12\x4B\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\x0F\x01\x00",
    );
    golden(&ToHost::Credit { band: 4 }, b"\x02\x04");
    golden(&ToHost::Cancel { transfer: 7 }, b"\x04\x07");
    golden(&ToHost::Release { item: 9 }, b"\x05\x09");
    let answer = |answer| ToHost::Answer {
        transfer: 1,
        answer,
    };
    golden(&answer(Ok(Answered::Done)), b"\x01\x01\x00\x00");
    golden(
        &answer(Ok(Answered::Number(128))),
        b"\x01\x01\x00\x01\x80\x01",
    );
    golden(&answer(Ok(Answered::GoOn(false))), b"\x01\x01\x00\x02\x00");
    golden(&answer(Ok(Answered::Stream)), b"\x01\x01\x00\x03");
    golden(&answer(Ok(Answered::Said(2))), b"\x01\x01\x00\x08\x02");
    golden(
        &answer(Ok(Answered::Bytes(vec![1, 2]))),
        b"\x01\x01\x00\x09\x02\x01\x02",
    );
    // The first kind of the table, with a private code.
    let failure = Error::new(ErrorKind::General, "no").with_code(Hresult(0x80));
    golden(
        &answer(Err(failure.into())),
        b"\x01\x01\x01\x00\x02no\x01\x80\x01",
    );
}

#[test]
fn what_a_host_says() {
    let reply = |reply| FromHost::Reply { id: 1, reply };
    golden(&reply(Ok(Reply::Done)), b"\x00\x01\x00\x00");
    golden(
        &reply(Ok(Reply::Ended { status: 0x21_0001 })),
        b"\x00\x01\x00\x0F\x81\x80\x84\x01",
    );
    golden(&reply(Ok(Reply::Id(None))), b"\x00\x01\x00\x0A\x00");
    let call = |call| FromHost::Call { transfer: 1, call };
    let piece = Piece {
        band: 3,
        len: 256,
        epoch: 0,
    };
    golden(&call(Call::Write(piece)), b"\x01\x01\x02\x03\x80\x02\x00");
    let to = Place::End(-1);
    golden(
        &call(Call::Seek { to, epoch: 1 }),
        b"\x01\x01\x03\x01\x01\x01",
    );
    golden(&call(Call::Settle { epoch: 0 }), b"\x01\x01\x05\x00");
    golden(&call(Call::EndStream), b"\x01\x01\x07");
    let status = TransferParams::status(50, 130);
    golden(
        &call(Call::Message((&status).into())),
        b"\x01\x01\x01\x02\x64\x82\x01\x00",
    );
    golden(
        &call(Call::Progress {
            pages: 1,
            bytes: 2,
            epoch: 3,
        }),
        b"\x01\x01\x08\x01\x02\x03",
    );
    golden(&call(Call::Part(piece)), b"\x01\x01\x09\x03\x80\x02\x00");
    golden(&call(Call::Clear), b"\x01\x01\x0E");
    golden(&call(Call::Size), b"\x01\x01\x10");
}

#[test]
fn a_list_without_an_end_is_refused() {
    use crate::host::list::MOST;
    let values = |count: usize| {
        let reply = Reply::Values(vec![None; count]);
        postcard::to_stdvec(&reply).unwrap()
    };
    let read = postcard::from_bytes::<Reply>(&values(MOST));
    assert!(matches!(read, Ok(Reply::Values(values)) if values.len() == MOST));
    assert!(postcard::from_bytes::<Reply>(&values(MOST + 1)).is_err());
    // The length alone, of more than there is memory for.
    assert!(postcard::from_bytes::<Reply>(b"\x07\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F").is_err());
}
