//! The values that PDF objects are made of, read from bytes.

use std::ops::Range;

/// How deep values are read.
const DEPTH: u32 = 32;

/// A value. Those that nobody asks for are one kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Number(i64),
    Name(Vec<u8>),
    String(Vec<u8>),
    /// Number and generation of an object.
    Reference(u32, u16),
    Array(Vec<Value>, Range<usize>),
    Dictionary(Vec<(Vec<u8>, Value, Range<usize>)>),
    Other,
}

impl Value {
    /// The entry of a dictionary.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dictionary(entries) => entries
                .iter()
                .find(|(name, ..)| name == key.as_bytes())
                .map(|(_, value, _)| value),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Value::Number(n) => u64::try_from(*n).ok(),
            _ => None,
        }
    }
}

/// Reads values one after the other; `None` where the bytes end or are none.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

fn is_space(b: u8) -> bool {
    matches!(b, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_delimiter(b: u8) -> bool {
    matches!(
        b,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Lexer<'a> {
        Lexer { bytes, at }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(b) = self.rest().first() {
            if *b == b'%' {
                self.at += self
                    .rest()
                    .iter()
                    .take_while(|b| !matches!(b, b'\n' | b'\r'))
                    .count();
            } else if is_space(*b) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The word of ordinary characters that comes next; `None` when the bytes end with it.
    pub(super) fn word(&mut self) -> Option<&'a [u8]> {
        self.skip_space();
        let rest = self.rest();
        let len = rest.iter().position(|b| is_space(*b) || is_delimiter(*b))?;
        self.at += len;
        Some(&rest[..len])
    }

    /// Goes behind `word` when it comes next.
    pub(super) fn take(&mut self, word: &[u8]) -> Option<()> {
        self.skip_space();
        self.rest().strip_prefix(word)?;
        self.at += word.len();
        Some(())
    }

    pub(super) fn unsigned<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let word = std::str::from_utf8(self.word()?).ok()?;
        T::try_from(word.parse::<u64>().ok()?).ok()
    }

    pub(super) fn value(&mut self) -> Option<Value> {
        self.nested(DEPTH)
    }

    fn nested(&mut self, depth: u32) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.skip_space();
        match self.rest() {
            [b'<', b'<', ..] => {
                self.at += 2;
                let mut entries = Vec::new();
                while self.take(b">>").is_none() {
                    let Value::Name(name) = self.nested(depth)? else {
                        return None;
                    };
                    self.skip_space();
                    let start = self.at;
                    let value = self.nested(depth)?;
                    entries.push((name, value, start..self.at));
                }
                Some(Value::Dictionary(entries))
            }
            [b'[', ..] => {
                self.at += 1;
                let start = self.at;
                let mut values = Vec::new();
                loop {
                    let end = self.at;
                    if self.take(b"]").is_some() {
                        return Some(Value::Array(values, start..end));
                    }
                    values.push(self.nested(depth)?);
                }
            }
            [b'<', ..] => self.hexadecimal(),
            [b'(', ..] => self.literal(),
            [b'/', ..] => {
                self.at += 1;
                self.name()
            }
            [b'+' | b'-' | b'.' | b'0'..=b'9', ..] => self.number_or_reference(),
            _ => match self.word()? {
                [] => None,
                _ => Some(Value::Other),
            },
        }
    }

    fn name(&mut self) -> Option<Value> {
        let rest = self.rest();
        let len = rest.iter().position(|b| is_space(*b) || is_delimiter(*b))?;
        self.at += len;
        let (mut name, mut raw) = (Vec::new(), &rest[..len]);
        while let [first, more @ ..] = raw {
            let escaped = || {
                let two = std::str::from_utf8(more.get(..2)?).ok()?;
                u8::from_str_radix(two, 16).ok()
            };
            match (first, escaped()) {
                (b'#', Some(byte)) => {
                    name.push(byte);
                    raw = &more[2..];
                }
                _ => {
                    name.push(*first);
                    raw = more;
                }
            }
        }
        Some(Value::Name(name))
    }

    fn number_or_reference(&mut self) -> Option<Value> {
        let word = std::str::from_utf8(self.word()?).ok()?;
        let Ok(number) = word.parse::<i64>() else {
            return Some(Value::Other);
        };
        let after = self.at;
        let reference = || {
            let mut ahead = Lexer::new(self.bytes, after);
            let generation = ahead.unsigned::<u16>()?;
            let is = ahead.word()? == b"R";
            is.then_some((u32::try_from(number).ok()?, generation, ahead.at))
        };
        if let Some((number, generation, at)) = reference() {
            self.at = at;
            return Some(Value::Reference(number, generation));
        }
        Some(Value::Number(number))
    }

    fn hexadecimal(&mut self) -> Option<Value> {
        let end = self.rest().iter().position(|b| *b == b'>')?;
        let digits = self.rest()[1..end].iter().filter(|b| !is_space(**b));
        let digits: Option<Vec<u8>> = digits
            .map(|b| char::from(*b).to_digit(16).map(|d| d as u8))
            .collect();
        self.at += end + 1;
        let bytes = digits?
            .chunks(2)
            .map(|two| two[0] << 4 | two.get(1).copied().unwrap_or(0))
            .collect();
        Some(Value::String(bytes))
    }

    fn literal(&mut self) -> Option<Value> {
        let mut open = 0;
        let mut out = Vec::new();
        loop {
            let byte = *self.rest().first()?;
            self.at += 1;
            match byte {
                b'(' => {
                    open += 1;
                    if open == 1 {
                        continue;
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Some(Value::String(out));
                    }
                }
                b'\\' => {
                    self.escape(&mut out)?;
                    continue;
                }
                _ => {}
            }
            out.push(byte);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let rest = self.rest();
        let octal = rest
            .iter()
            .take(3)
            .take_while(|b| (b'0'..=b'7').contains(b))
            .count();
        if octal > 0 {
            let value = rest[..octal]
                .iter()
                .fold(0_u32, |n, b| n * 8 + u32::from(b - b'0'));
            out.push(value as u8);
            self.at += octal;
            return Some(());
        }
        let byte = *rest.first()?;
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(0x0C),
            b'\n' => {}
            b'\r' => {
                let _ = self
                    .rest()
                    .first()
                    .filter(|b| **b == b'\n')
                    .map(|_| self.at += 1);
            }
            other => out.push(other),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Option<Value> {
        Lexer::new(text, 0).value()
    }

    #[test]
    fn values() {
        let dictionary =
            read(b"<</A 1/B#20c[1 0 R(x)%c\n-3 4.5]/C<41 4>/D(a\\(\\101(b)\\)\\\n)/E true>>");
        let dictionary = dictionary.unwrap();
        assert_eq!(dictionary.get("A").unwrap().number(), Some(1));
        let Some(Value::Array(values, range)) = dictionary.get("B c") else {
            panic!("an array");
        };
        let expected = [
            Value::Reference(1, 0),
            Value::String(b"x".to_vec()),
            Value::Number(-3),
            Value::Other,
        ];
        assert_eq!(values, &expected);
        assert_eq!(range.len(), 17);
        assert_eq!(dictionary.get("C"), Some(&Value::String(vec![0x41, 0x40])));
        assert_eq!(
            dictionary.get("D"),
            Some(&Value::String(b"a(A(b))".to_vec()))
        );
        assert_eq!(dictionary.get("E"), Some(&Value::Other));
        assert_eq!(dictionary.get("F"), None);
    }

    #[test]
    fn what_is_none() {
        for text in [
            "", "<<", "<</A>>", "[1 ", "(a", "<4", "<4x>", ")", "1", "/A", "<<1 2>>",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        assert_eq!(read(deep.as_bytes()), None);
    }
}
