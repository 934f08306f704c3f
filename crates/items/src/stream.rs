//! An item's settings as bytes (`IWiaPropertyStorage::GetPropertyStream`, `SetPropertyStream`).
//!
//! The layout, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `QPRS` |
//! | 2 | version, 1 |
//! | 2 | number of properties |
//! | 16 | `WIA_IPA_PROP_STREAM_COMPAT_ID` of the item, or zeros |
//! | … | the properties: id (4), `VARTYPE` (2), zero (2), length (4), value |
//! | 4 | CRC-32 of everything before |

use wia::property::WIA_IPA_PROP_STREAM_COMPAT_ID;
use wia::{Access, Error, Guid, PropertyId, PropertyValue, Result, ValueType};

use crate::app_item::AppItem;
use crate::write::{MAX_VALUE_BYTES, write_multiple};

const MAGIC: [u8; 4] = *b"QPRS";
const VERSION: u16 = 1;

/// The values of all properties that applications can write, as bytes
/// (`IWiaPropertyStorage::GetPropertyStream`).
///
/// Strings and vectors that are longer than an application may write, which only a driver can have
/// put there, are left out.
pub fn property_stream(item: &AppItem) -> Vec<u8> {
    property_stream_as(item, &|_, value| value)
}

/// [`property_stream`] with the values as an application sees them that is not of the driver's generation.
pub fn property_stream_as(
    item: &AppItem,
    seen: &dyn Fn(PropertyId, PropertyValue) -> PropertyValue,
) -> Vec<u8> {
    let mut body = Vec::new();
    let mut count: u16 = 0;
    for p in item.properties() {
        if !p.info.access.contains(Access::WRITE) || count == u16::MAX {
            continue;
        }
        let value = seen(p.id, p.value);
        let bytes = encode(&value);
        let Ok(length) = u32::try_from(bytes.len()) else {
            continue;
        };
        if bytes.len() > MAX_VALUE_BYTES {
            continue;
        }
        body.extend(p.id.0.to_le_bytes());
        body.extend(value.value_type().vartype().to_le_bytes());
        body.extend([0, 0]);
        body.extend(length.to_le_bytes());
        body.extend(bytes);
        count += 1;
    }
    let mut out = Vec::with_capacity(body.len() + 28);
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(stream_id(item).to_le_bytes());
    out.extend(body);
    let crc = crc32fast::hash(&out);
    out.extend(crc.to_le_bytes());
    out
}

/// Restores what [`property_stream`] gave (`IWiaPropertyStorage::SetPropertyStream`), as one write of
/// an application with the driver's validation. Properties that the item does not have, or that
/// cannot be written now, are left out.
///
/// # Errors
///
/// `InvalidArgument` for bytes that are damaged, of another version, or of a device whose settings mean
/// something else (`WIA_IPA_PROP_STREAM_COMPAT_ID`); else as [`write_multiple`]. Then nothing has
/// changed.
pub fn set_property_stream(
    item: &AppItem,
    bytes: &[u8],
    validate: &mut dyn FnMut(&AppItem, &[PropertyId]) -> Result<()>,
) -> Result<()> {
    write_multiple(item, &saved_values(item, bytes)?, validate)
}

/// What [`set_property_stream`] would write: the saved values of those properties that the item has and
/// that can be written now.
///
/// # Errors
///
/// `InvalidArgument` as [`set_property_stream`].
pub fn saved_values(item: &AppItem, bytes: &[u8]) -> Result<Vec<(PropertyId, PropertyValue)>> {
    let saved = decode_stream(bytes)?;
    if saved.id != stream_id(item) {
        return Err(Error::invalid(format!(
            "the saved settings are of another kind of device ({}, not {})",
            saved.id,
            stream_id(item)
        )));
    }
    let writable = |id: PropertyId| {
        let info = item.attributes(id);
        info.is_some_and(|i| i.access.contains(Access::WRITE))
    };
    let mut values = saved.values;
    values.retain(|(id, _)| writable(*id));
    Ok(values)
}

fn stream_id(item: &AppItem) -> Guid {
    item.opt_guid(WIA_IPA_PROP_STREAM_COMPAT_ID)
        .unwrap_or(Guid::NULL)
}

struct Saved {
    id: Guid,
    values: Vec<(PropertyId, PropertyValue)>,
}

fn decode_stream(bytes: &[u8]) -> Result<Saved> {
    let damaged = || Error::invalid("the saved settings are damaged");
    let (content, crc) = bytes.split_last_chunk::<4>().ok_or_else(damaged)?;
    let mut rest = Reader(content);
    if rest.array::<4>() != Some(MAGIC) {
        return Err(Error::invalid("these are no saved settings"));
    }
    let version = rest.u16().ok_or_else(damaged)?;
    if version != VERSION {
        return Err(Error::invalid(format!(
            "the saved settings have version {version}; valid: {VERSION}"
        )));
    }
    if crc32fast::hash(content) != u32::from_le_bytes(*crc) {
        return Err(damaged());
    }
    let count = rest.u16().ok_or_else(damaged)?;
    let id = Guid::from_le_bytes(rest.array().ok_or_else(damaged)?);
    let mut values = Vec::new();
    for _ in 0..count {
        values.push(rest.property().ok_or_else(damaged)?);
    }
    if !rest.0.is_empty() {
        return Err(damaged());
    }
    Ok(Saved { id, values })
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn property(&mut self) -> Option<(PropertyId, PropertyValue)> {
        let id = PropertyId(self.u32()?);
        let vartype = self.u16()?;
        if self.u16()? != 0 {
            return None;
        }
        let length = usize::try_from(self.u32()?).ok()?;
        let value = decode(vartype, self.bytes(length)?)?;
        Some((id, value))
    }
}

fn encode(value: &PropertyValue) -> Vec<u8> {
    match value {
        PropertyValue::I4(v) => v.to_le_bytes().to_vec(),
        PropertyValue::UI4(v) => v.to_le_bytes().to_vec(),
        PropertyValue::R4(v) => v.to_le_bytes().to_vec(),
        PropertyValue::Bstr(v) => v.as_bytes().to_vec(),
        PropertyValue::Clsid(v) => v.to_le_bytes().to_vec(),
        PropertyValue::UI1Vector(v) => v.clone(),
        PropertyValue::UI2Vector(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
        PropertyValue::I4Vector(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
    }
}

fn decode(vartype: u16, bytes: &[u8]) -> Option<PropertyValue> {
    const TYPES: [ValueType; 8] = [
        ValueType::I4,
        ValueType::UI4,
        ValueType::R4,
        ValueType::Bstr,
        ValueType::Clsid,
        ValueType::UI1Vector,
        ValueType::UI2Vector,
        ValueType::I4Vector,
    ];
    let kind = TYPES.into_iter().find(|t| t.vartype() == vartype)?;
    Some(match kind {
        ValueType::I4 => PropertyValue::I4(i32::from_le_bytes(bytes.try_into().ok()?)),
        ValueType::UI4 => PropertyValue::UI4(u32::from_le_bytes(bytes.try_into().ok()?)),
        ValueType::R4 => PropertyValue::R4(f32::from_le_bytes(bytes.try_into().ok()?)),
        ValueType::Bstr => PropertyValue::Bstr(std::str::from_utf8(bytes).ok()?.to_owned()),
        ValueType::Clsid => PropertyValue::Clsid(Guid::from_le_bytes(bytes.try_into().ok()?)),
        ValueType::UI1Vector => PropertyValue::UI1Vector(bytes.to_vec()),
        ValueType::UI2Vector => PropertyValue::UI2Vector(chunks(bytes, u16::from_le_bytes)?),
        ValueType::I4Vector => PropertyValue::I4Vector(chunks(bytes, i32::from_le_bytes)?),
    })
}

fn chunks<T, const N: usize>(bytes: &[u8], one: fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (whole, rest) = bytes.as_chunks::<N>();
    rest.is_empty()
        .then(|| whole.iter().map(|c| one(*c)).collect())
}
