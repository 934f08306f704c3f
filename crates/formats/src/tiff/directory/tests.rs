use super::*;

fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
    let bytes = &bytes[at..at + len];
    bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// More strips than are kept in memory, in both forms; and the copy in BigTIFF's form of a classic
/// directory points at the same values.
#[test]
fn strip_arrays_of_any_length() {
    for form in [Form::Classic, Form::Big] {
        for count in [1, 2, 3, 40_000u64] {
            let mut strips = StripTable::default();
            for n in 0..count {
                strips.push(1_000 + n * 7, n % 90_000 + 1).unwrap();
            }
            let mut directory = Directory::default();
            directory.text(tag::SOFTWARE, "abcdef");
            directory.strips();
            directory.shorts(tag::BITS_PER_SAMPLE, &[8, 8, 8]);
            assert_eq!(directory.len(), 4);

            let at = 64;
            let mut bytes = vec![0; at];
            let copy = directory
                .write(form, Order::Little, at as u64, 0, &mut strips, &mut |b| {
                    bytes.extend_from_slice(b);
                    Ok(())
                })
                .unwrap();
            let size = directory.size(form, count);
            assert_eq!(bytes.len() as u64, at as u64 + size);
            check(&bytes, &bytes[at..], form, form, count);
            check(&bytes, &copy, Form::Big, form, count);
        }
    }
}

/// Compares the entries of `directory`, in `form`, with what the values in `file` must be.
fn check(file: &[u8], directory: &[u8], form: Form, values: Form, count: u64) {
    let word = form.offset_bytes() as usize;
    let (head, entry) = match form {
        Form::Classic => (2, 12),
        Form::Big => (8, 20),
    };
    assert_eq!(number(directory, 0, head), 4);
    let size = values.offset_bytes() as usize;
    let mut expected = [
        (tag::BITS_PER_SAMPLE, 3, 2, vec![8, 8, 8]),
        (tag::STRIP_OFFSETS, count, size, vec![]),
        (tag::STRIP_BYTE_COUNTS, count, size, vec![]),
        (tag::SOFTWARE, 7, 1, b"abcdef\0".map(u64::from).to_vec()),
    ];
    expected[1].3 = (0..count).map(|n| 1_000 + n * 7).collect();
    expected[2].3 = (0..count).map(|n| n % 90_000 + 1).collect();
    for (n, (tag, count, size, list)) in expected.into_iter().enumerate() {
        let e = head + n * entry;
        assert_eq!(number(directory, e, 2), u64::from(tag));
        assert_eq!(number(directory, e + 4, word), count);
        let value = e + 4 + word;
        let inline = count as usize * size <= word;
        for (i, expected) in list.into_iter().enumerate() {
            let got = if inline {
                number(directory, value + i * size, size)
            } else {
                let at = number(directory, value, word) as usize;
                assert!(at.is_multiple_of(2));
                number(file, at + i * size, size)
            };
            assert_eq!(got, expected, "{tag} {i}");
        }
    }
}
