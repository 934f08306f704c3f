//! Numbers that look random and depend on nothing but their arguments.
//!
//! Only additions, multiplications, divisions and square roots are used on floats: those give the
//! same bits on every machine.

/// A well-mixed number for each number (the finaliser of SplitMix64).
pub(super) const fn mixed(value: u64) -> u64 {
    let v = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let v = (v ^ (v >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let v = (v ^ (v >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    v ^ (v >> 31)
}

/// A seed for a part of something that has a seed.
pub(super) const fn derived(seed: u64, part: u64) -> u64 {
    mixed(seed ^ mixed(part))
}

/// The number as a fraction, 0.0 up to, not including, 1.0.
pub(super) fn unit(value: u64) -> f32 {
    (value >> 40) as f32 / (1u32 << 24) as f32
}

/// A number between two others, from a seed and the number of the draw.
pub(super) fn between(seed: u64, draw: u64, low: f32, high: f32) -> f32 {
    low + (high - low) * unit(derived(seed, draw))
}

/// 0 to 1 with level ends.
pub(super) fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Smooth noise along a line: -1.0 to 1.0, one free value at each whole `x`.
pub(super) fn along(seed: u64, x: f32) -> f32 {
    let cell = x.floor();
    let value = |i: f32| unit(derived(seed, i as i64 as u64)) * 2.0 - 1.0;
    let (a, b) = (value(cell), value(cell + 1.0));
    a + (b - a) * smooth(x - cell)
}

/// Several octaves of [`along`], each twice as fine and `roughness` times as high as the one before.
pub(super) fn rugged(seed: u64, x: f32, octaves: u32, roughness: f32) -> f32 {
    let (mut sum, mut size, mut at) = (0.0, 1.0, x);
    for octave in 0..octaves {
        sum += size * along(derived(seed, octave.into()), at);
        size *= roughness;
        at *= 2.0;
    }
    sum
}
