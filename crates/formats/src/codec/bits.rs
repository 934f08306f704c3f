//! Codes of bits on their way into bytes, highest bit first.

/// Collects codes into bytes.
#[derive(Debug, Default)]
pub(super) struct Bits {
    /// The last `count` bits, lowest last; above them what has been written already.
    pending: u64,
    /// Less than 32 between calls.
    count: u32,
}

impl Bits {
    /// Adds the lowest `length` bits, at most 32, of `code`, which has no others.
    pub(super) fn put(&mut self, code: u32, length: u32, out: &mut Vec<u8>) {
        self.pending = self.pending << length | u64::from(code);
        self.count += length;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.pending >> self.count) as u32;
            out.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// Fills the last byte with zeros and starts again.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        let bytes = self.count.div_ceil(8);
        let word = (self.pending << (bytes * 8 - self.count)) as u32;
        out.extend_from_slice(&word.to_be_bytes()[4 - bytes as usize..]);
        *self = Bits::default();
    }
}
