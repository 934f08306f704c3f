//! The values that PDF objects are made of (ISO 32000-1, 7.2 and 7.3).

use wia::Result;

use super::super::damaged;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Value>),
    Dictionary(Dictionary),
    Reference(u32),
    /// An operator, `true`, `obj` and the like.
    Word(Vec<u8>),
}

/// Names and their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dictionary(Vec<(Vec<u8>, Value)>);

impl Dictionary {
    pub(super) fn get(&self, key: &str) -> &Value {
        let found = self.0.iter().find(|(name, _)| name == key.as_bytes());
        found.map_or(&Value::Null, |(_, value)| value)
    }

    /// The first of two keys that is there.
    pub(super) fn either(&self, key: &str, short: &str) -> &Value {
        match self.get(key) {
            Value::Null => self.get(short),
            value => value,
        }
    }
}

impl Value {
    /// A whole number that is not negative.
    pub(super) fn whole(&self) -> Option<u64> {
        match self {
            Value::Number(n) if *n >= 0.0 && n.fract() == 0.0 && *n < 9e15 => Some(*n as u64),
            _ => None,
        }
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(self, Value::Name(n) if n == name.as_bytes())
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Value::Word(w) if w == word.as_bytes())
    }
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end.
    End,
    Wrong,
}

impl Stop {
    pub(super) fn error(self) -> wia::Error {
        damaged(match self {
            Stop::End => "the data end early",
            Stop::Wrong => "a PDF object is wrong",
        })
    }
}

/// Reads values one after the other.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    depth: u32,
}

fn is_space(b: u8) -> bool {
    matches!(b, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_regular(b: u8) -> bool {
    !is_space(b) && !b"()<>[]{}/%".contains(&b)
}

impl<'a> Lexer<'a> {
    /// `depth` is the deepest nesting.
    pub(super) fn new(bytes: &'a [u8], depth: u32) -> Lexer<'a> {
        Lexer {
            bytes,
            at: 0,
            depth,
        }
    }

    fn peek(&self) -> Result<u8, Stop> {
        self.bytes.get(self.at).copied().ok_or(Stop::End)
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn skip_space(&mut self) {
        while let Ok(byte) = self.peek() {
            match byte {
                b'%' => {
                    while self.peek().is_ok_and(|b| !matches!(b, b'\r' | b'\n')) {
                        self.at += 1;
                    }
                }
                _ if is_space(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    /// The next value; a number, another and `R` are a reference.
    pub(super) fn value(&mut self) -> Result<Value, Stop> {
        let value = self.simple()?;
        let Some(number) = value.whole().and_then(|n| u32::try_from(n).ok()) else {
            return Ok(value);
        };
        // Only what can be a reference is looked at: anything else could be read again and again.
        let back = self.at;
        self.skip_space();
        if self.peek().is_ok_and(|b| b.is_ascii_digit()) {
            self.word();
            self.skip_space();
            if self.peek() == Ok(b'R') && self.word().is_word("R") {
                return Ok(Value::Reference(number));
            }
        }
        self.at = back;
        Ok(value)
    }

    /// The next value, without references.
    pub(super) fn simple(&mut self) -> Result<Value, Stop> {
        self.skip_space();
        match self.peek()? {
            b'/' => {
                self.at += 1;
                self.name()
            }
            b'(' => {
                self.at += 1;
                self.text()
            }
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                self.nested(Self::dictionary)
            }
            b'<' => {
                self.at += 1;
                self.hex()
            }
            b'[' => {
                self.at += 1;
                self.nested(Self::array)
            }
            b if is_regular(b) => Ok(self.word()),
            _ => Err(Stop::Wrong),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Stop>,
    ) -> Result<Value, Stop> {
        self.depth = self.depth.checked_sub(1).ok_or(Stop::Wrong)?;
        let value = read(self);
        self.depth += 1;
        value
    }

    fn word(&mut self) -> Value {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|b| !is_regular(*b));
        let word = &rest[..len.unwrap_or(rest.len())];
        self.at += word.len();
        let is_number = word.iter().all(|b| b"+-.0123456789".contains(b));
        let number = std::str::from_utf8(word).ok().filter(|_| is_number);
        match number.and_then(|number| number.parse().ok()) {
            Some(number) => Value::Number(number),
            None if word == b"null" => Value::Null,
            None => Value::Word(word.to_vec()),
        }
    }

    fn name(&mut self) -> Result<Value, Stop> {
        let mut name = Vec::new();
        while let Ok(byte) = self.peek() {
            if !is_regular(byte) {
                break;
            }
            self.at += 1;
            let code = self.bytes.get(self.at..self.at + 2);
            let code = code.and_then(|c| std::str::from_utf8(c).ok());
            match code.and_then(|c| u8::from_str_radix(c, 16).ok()) {
                Some(code) if byte == b'#' => {
                    self.at += 2;
                    name.push(code);
                }
                _ => name.push(byte),
            }
        }
        Ok(Value::Name(name))
    }

    fn hex(&mut self) -> Result<Value, Stop> {
        let mut digits = Vec::new();
        loop {
            match self.byte()? {
                b'>' => break,
                b if is_space(b) => {}
                b => digits.push(char::from(b).to_digit(16).ok_or(Stop::Wrong)? as u8),
            }
        }
        let pair = |p: &[u8]| p[0] << 4 | p.get(1).copied().unwrap_or(0);
        Ok(Value::Text(digits.chunks(2).map(pair).collect()))
    }

    fn text(&mut self) -> Result<Value, Stop> {
        let mut text = Vec::new();
        let mut open = 1;
        loop {
            let byte = self.byte()?;
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            if open == 0 {
                return Ok(Value::Text(text));
            }
            text.push(byte);
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Stop> {
        let byte = self.byte()?;
        text.push(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Ok(()),
            b'\r' => {
                if self.peek() == Ok(b'\n') {
                    self.at += 1;
                }
                return Ok(());
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.peek()? {
                        digit @ b'0'..=b'7' => {
                            code = code * 8 + u32::from(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                code as u8
            }
            other => other,
        });
        Ok(())
    }

    fn array(&mut self) -> Result<Value, Stop> {
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == b']' {
                self.at += 1;
                return Ok(Value::Array(values));
            }
            values.push(self.value()?);
        }
    }

    fn dictionary(&mut self) -> Result<Value, Stop> {
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == b'>' {
                self.at += 1;
                return match self.byte()? {
                    b'>' => Ok(Value::Dictionary(Dictionary(entries))),
                    _ => Err(Stop::Wrong),
                };
            }
            let Value::Name(name) = self.simple()? else {
                return Err(Stop::Wrong);
            };
            entries.push((name, self.value()?));
        }
    }
}
