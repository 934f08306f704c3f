//! A row of a picture while it is being painted: one plane for each of red, green and blue.

/// A colour, 0.0 to 1.0 each.
pub(super) type Rgb = [f32; 3];

#[derive(Debug)]
pub(super) struct Scene {
    planes: [Vec<f32>; 3],
    /// How much of a colour each column takes.
    cover: Vec<f32>,
    bytes: Vec<u8>,
}

impl Scene {
    pub(super) fn new(width: usize) -> Scene {
        Scene {
            planes: std::array::from_fn(|_| vec![0.0; width]),
            cover: vec![0.0; width],
            bytes: vec![0; width * 6],
        }
    }

    /// One colour everywhere.
    pub(super) fn fill(&mut self, colour: Rgb) {
        for (plane, c) in self.planes.iter_mut().zip(colour) {
            plane.fill(c);
        }
    }

    /// Mixes a colour into every column by the same part.
    pub(super) fn mix_all(&mut self, colour: Rgb, part: f32) {
        self.cover.fill(part);
        self.lay(colour);
    }

    /// Mixes a colour into each column by a part, 0.0 to 1.0, that depends on a value of the column.
    pub(super) fn mix_in(&mut self, colour: Rgb, values: &[f32], part: impl Fn(f32) -> f32) {
        for (cover, value) in self.cover.iter_mut().zip(values) {
            *cover = part(*value);
        }
        self.lay(colour);
    }

    /// As [`Scene::mix_in`], with two values for each column.
    pub(super) fn mix_in_both(
        &mut self,
        colour: Rgb,
        (first, second): (&[f32], &[f32]),
        part: impl Fn(f32, f32) -> f32,
    ) {
        for ((cover, a), b) in self.cover.iter_mut().zip(first).zip(second) {
            *cover = part(*a, *b);
        }
        self.lay(colour);
    }

    fn lay(&mut self, colour: Rgb) {
        for (plane, c) in self.planes.iter_mut().zip(colour) {
            for (v, cover) in plane.iter_mut().zip(&self.cover) {
                *v += (c - *v) * cover;
            }
        }
    }

    /// The row as pixels of 16 bits a channel.
    pub(super) fn pixels(&mut self) -> &[u8] {
        let [reds, greens, blues] = &self.planes;
        let pixels = self.bytes.as_chunks_mut::<6>().0.iter_mut();
        for (((pixel, r), g), b) in pixels.zip(reds).zip(greens).zip(blues) {
            let [r, g, b] = [wide(*r), wide(*g), wide(*b)];
            *pixel = [r[0], r[1], g[0], g[1], b[0], b[1]];
        }
        &self.bytes
    }
}

/// 0.0 to 1.0 as 16 bits. A float of 2^23 and more has its whole number in its lowest bits, rounded,
/// which takes less time than a conversion that minds every float.
fn wide(value: f32) -> [u8; 2] {
    let low = (value.clamp(0.0, 1.0) * 65535.0 + 8_388_608.0).to_bits() as u16;
    low.to_le_bytes()
}
