//! Stub, replaced at the merge.

/// A picture of one colour.
///
/// # Errors
/// When the PNG cannot be written.
pub fn paint(
    _prompt: &str,
    _style: Option<&str>,
    seed: u32,
    size: (u32, u32),
) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header()?;
    let shade = seed.to_le_bytes()[0];
    writer.write_image_data(&vec![shade; size.0 as usize * size.1 as usize])?;
    writer.finish()?;
    Ok(bytes)
}
