//! The bar code Code 128 (ISO/IEC 15417), code sets B and C.

/// Widths in modules of the three bars and three spaces of each symbol, bar first. The last is the
/// stop symbol without its final bar of 2.
const SYMBOLS: [&[u8; 6]; 107] = [
    b"212222", b"222122", b"222221", b"121223", b"121322", b"131222", b"122213", b"122312",
    b"132212", b"221213", b"221312", b"231212", b"112232", b"122132", b"122231", b"113222",
    b"123122", b"123221", b"223211", b"221132", b"221231", b"213212", b"223112", b"312131",
    b"311222", b"321122", b"321221", b"312212", b"322112", b"322211", b"212123", b"212321",
    b"232121", b"111323", b"131123", b"131321", b"112313", b"132113", b"132311", b"211313",
    b"231113", b"231311", b"112133", b"112331", b"132131", b"113123", b"113321", b"133121",
    b"313121", b"211331", b"231131", b"213113", b"213311", b"213131", b"311123", b"311321",
    b"331121", b"312113", b"312311", b"332111", b"314111", b"221411", b"431111", b"111224",
    b"111422", b"121124", b"121421", b"141122", b"141221", b"112214", b"112412", b"122114",
    b"122411", b"142112", b"142211", b"241211", b"221114", b"413111", b"241112", b"134111",
    b"111242", b"121142", b"121241", b"114212", b"124112", b"124211", b"411212", b"421112",
    b"421211", b"212141", b"214121", b"412121", b"111143", b"111341", b"131141", b"114113",
    b"114311", b"411113", b"411311", b"113141", b"114131", b"311141", b"411131", b"211412",
    b"211214", b"211232", b"233111",
];

const CODE_C: u8 = 99;
const CODE_B: u8 = 100;
const START_B: u8 = 104;
const STOP: u8 = 106;

/// The bars of a text of printable ASCII: their first module and the one after their last. The code
/// is [`modules`] wide; 10 white modules belong on either side. Other characters become `?`.
pub(super) fn bars(text: &str) -> Vec<(u32, u32)> {
    let mut at = 0;
    let mut bars = Vec::new();
    let stop_bar: &[u8] = b"2";
    let widths = values(text)
        .into_iter()
        .map(|v| &SYMBOLS[usize::from(v)][..])
        .chain([stop_bar]);
    for symbol in widths {
        for (i, width) in symbol.iter().enumerate() {
            let end = at + u32::from(width - b'0');
            if i % 2 == 0 {
                bars.push((at, end));
            }
            at = end;
        }
    }
    bars
}

/// How many modules wide the code of a text is.
pub(super) fn modules(text: &str) -> u32 {
    values(text).len() as u32 * 11 + 2
}

/// Symbol values from start to stop. Runs of 4 and more digits take code set C, two a symbol.
fn values(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut values = vec![START_B];
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits >= 4 {
            let (pairs, after) = rest.split_at(digits - digits % 2);
            values.push(CODE_C);
            values.extend(pairs.chunks(2).map(|p| (p[0] - b'0') * 10 + p[1] - b'0'));
            values.push(CODE_B);
            rest = after;
        } else {
            let printable = if (b' '..0x7F).contains(&first) {
                first
            } else {
                b'?'
            };
            values.push(printable - b' ');
            rest = &rest[1..];
        }
    }
    // The check symbol: the start and every value times its place, modulo 103.
    let weighted = (1..).zip(&values[1..]).map(|(i, v)| i * u64::from(*v));
    let check = (u64::from(START_B) + weighted.sum::<u64>()) % 103;
    values.push(check as u8);
    values.push(STOP);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_is_eleven_modules() {
        for symbol in SYMBOLS {
            assert_eq!(symbol.iter().map(|w| u32::from(w - b'0')).sum::<u32>(), 11);
        }
    }

    #[test]
    fn check_symbols() {
        // (104 + 1*48 + 2*42 + 3*42) % 103 = 362 % 103 = 53.
        assert_eq!(values("PJJ"), [104, 48, 42, 42, 53, 106]);
        // START_B, C, 12, 34, B, A: (104 + 99 + 24 + 102 + 400 + 165) % 103 = 894 % 103 = 70.
        assert_eq!(values("1234A"), [104, 99, 12, 34, 100, 33, 70, 106]);
    }

    #[test]
    fn bars_begin_and_end_the_code() {
        let bars = bars("QUIRE-7-017-F");
        assert_eq!(bars.first(), Some(&(0, 2)));
        assert_eq!(bars.last().map(|b| b.1), Some(modules("QUIRE-7-017-F")));
        assert_eq!(modules("QUIRE-7-017-F"), 178);
    }
}
