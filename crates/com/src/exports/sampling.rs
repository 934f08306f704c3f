//! Smaller copies of images.

use abi::HRESULT;
use abi::memory::TaskArray;
use abi::structs::WIAS_DOWN_SAMPLE_INFO;
use bridge::{array, array_mut, guard};
use minidriver::service_library::{
    DownSampleInfo, down_sample_buffer, down_sample_to_vec, down_sampled_size,
};
use wia::{Error, Result};

/// `WIAS_GET_DOWNSAMPLED_SIZE_ONLY`.
const SIZE_ONLY: i32 = 1;

/// Makes an image smaller, into the caller's buffer or, where `pDestBuffer` is null, into task memory that the caller
/// frees. With `WIAS_GET_DOWNSAMPLED_SIZE_ONLY` the size alone is told.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasDownSampleBuffer(
    lFlags: i32,
    pInfo: *mut WIAS_DOWN_SAMPLE_INFO,
) -> HRESULT {
    guard(|| {
        if lFlags & !SIZE_ONLY != 0 {
            return Err(Error::invalid(format!(
                "lFlags: {lFlags:#x} is not valid; valid: 0 1 (WIAS_GET_DOWNSAMPLED_SIZE_ONLY)"
            )));
        }
        // SAFETY: the caller's promise.
        let c = &mut unsafe { array_mut(pInfo, 1, "pInfo")? }[0];
        let info = DownSampleInfo {
            original_width: c.ulOriginalWidth,
            original_height: c.ulOriginalHeight,
            bits_per_pixel: c.ulBitsPerPixel,
            x_res: c.ulXRes,
            y_res: c.ulYRes,
            down_sampled_width: c.ulDownSampledWidth,
            down_sampled_height: c.ulDownSampledHeight,
        };
        let size = down_sampled_size(&info)?;
        let actual = u32::try_from(size.bytes)
            .map_err(|_| Error::invalid("the result is larger than 4 GiB"))?;
        if lFlags & SIZE_ONLY == 0 {
            // SAFETY: the caller's promise.
            unsafe { sample(&info, c)? };
        }
        c.ulDownSampledWidth = size.width;
        c.ulDownSampledHeight = size.height;
        c.ulActualSize = actual;
        Ok(())
    })
}

/// # Safety
///
/// The buffers are as long as their sizes say; a size of the source that is 0 stands for the whole image.
unsafe fn sample(info: &DownSampleInfo, c: &mut WIAS_DOWN_SAMPLE_INFO) -> Result<()> {
    let line = (u64::from(c.ulOriginalWidth) * u64::from(c.ulBitsPerPixel)).div_ceil(32) * 4;
    let image = line
        .checked_mul(c.ulOriginalHeight.into())
        .and_then(|bytes| usize::try_from(bytes).ok());
    let image = image.ok_or_else(|| Error::invalid("the image is larger than the memory"))?;
    let told = match c.ulSrcBufSize {
        0 => image,
        told => told as usize,
    };
    if told < image {
        return Err(Error::invalid(format!(
            "ulSrcBufSize: {told} is not valid; valid: {image} and more"
        )));
    }
    // SAFETY: the caller's promise.
    unsafe {
        let source = array(c.pSrcBuffer.cast_const(), image, "pSrcBuffer")?;
        if c.pDestBuffer.is_null() {
            let (_, pixels) = down_sample_to_vec(info, source)?;
            c.ulDestBufSize = u32::try_from(pixels.len()).unwrap_or(u32::MAX);
            c.pDestBuffer = TaskArray::from_slice(&pixels).into_raw();
        } else {
            let to = array_mut(c.pDestBuffer, c.ulDestBufSize as usize, "pDestBuffer")?;
            down_sample_buffer(info, source, to)?;
        }
    }
    Ok(())
}
