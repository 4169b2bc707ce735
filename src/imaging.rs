//! Photos: decoded safely, turned upright, stripped of all metadata, and kept in three sizes.
//!
//! HEIC is not read here (its licences, and the age of libheif where this runs): the browser converts it.

use std::io::Cursor;

use exif::{In, Tag};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::domain::photo::PhotoSize;
use crate::domain::place::LonLat;
use crate::error::{Code, Error, Result};

/// The content type of a part of a photo (draft-ietf-httpbis-resumable-upload).
pub const PARTS: &str = "application/partial-upload";

/// The most bytes of a photo as it is sent: 12 MiB.
pub const MAX_BYTES: usize = 12 << 20;
/// The most pixels on a side.
const MAX_SIDE: u32 = 12_000;
/// The most pixels in all.
const MAX_PIXELS: u64 = 60_000_000;
/// The most memory a photo may take: its pixels, and once more while they are turned.
const MAX_MEMORY: u64 = 512 << 20;
/// How much of the picture is kept: good for the eye, a tenth of the bytes.
const QUALITY: u8 = 80;

/// The sizes that are kept: name and longest side in pixels.
pub const SIZES: [(&str, u32); 3] = [("list", 240), ("screen", 1080), ("zoom", 2560)];

/// A photo ready to be kept.
pub struct Prepared {
    /// JPEG bytes, in the order of [`SIZES`]. There is nothing in them but the picture.
    pub files: [Vec<u8>; 3],
    /// Of the largest size.
    pub size: PhotoSize,
    /// Where the camera said it was; told to the one who sent it, and not kept.
    pub position: Option<LonLat>,
}

/// Prepares a photo. Takes up to a second and hundreds of megabytes: not for the async threads.
///
/// # Errors
/// `photo_unreadable`, `photo_mislabelled`, `photo_too_big`, `unsupported_media_type`.
pub fn prepare(bytes: &[u8], content_type: &str) -> Result<Prepared> {
    let labelled = match content_type {
        PARTS => None, // sent in parts, whose type is that of parts
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/png" => Some(ImageFormat::Png),
        "image/webp" => Some(ImageFormat::WebP),
        _ => return Err(Error::new(Code::UnsupportedMediaType, "A photo must be JPEG, PNG or WebP.").at("content-type")),
    };
    if bytes.is_empty() {
        return Err(Error::new(Code::PhotoUnreadable, "The photo is empty.").at("body"));
    }
    let format = image::guess_format(bytes).map_err(|_| unreadable())?;
    if labelled.is_some_and(|l| l != format) {
        let detail = format!("It says {content_type} but is {}.", format.to_mime_type());
        return Err(Error::new(Code::PhotoMislabelled, detail).at("content-type"));
    }
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(unreadable());
    }
    if format == ImageFormat::Jpeg && !is_whole(bytes) {
        return Err(unreadable());
    }
    let position = position(bytes);
    let upright = decode(bytes, format)?;
    let files = SIZES.map(|(_, side)| encode(&fit(&upright, side)));
    let [list, screen, zoom] = files;
    let (width, height) = fit_size(upright.width(), upright.height(), SIZES[2].1);
    Ok(Prepared { files: [list?, screen?, zoom?], size: PhotoSize { width, height }, position })
}

fn unreadable() -> Error {
    Error::new(Code::PhotoUnreadable, "The photo is damaged or cut short.").at("body")
}

/// Whether a JPEG has its end: the decoder paints grey over what is missing. Cameras may append things of their own.
/// Marker syntax: ITU-T T.81, B.1.1.
fn is_whole(bytes: &[u8]) -> bool {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut at = 2;
    while let Some(&[0xFF, marker]) = bytes.get(at..at + 2) {
        match marker {
            END => return true,
            0xFF => at += 1, // fill
            0x01 | 0xD0..=0xD8 => at += 2,
            _ => {
                let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { return false };
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
                if marker == SCAN {
                    at += coded(bytes.get(at..).unwrap_or_default());
                }
            }
        }
    }
    false
}

/// How long the coded data of a scan is: up to a marker that is neither a stuffed zero nor a restart.
fn coded(bytes: &[u8]) -> usize {
    let ends = |w: &[u8]| w[0] == 0xFF && !matches!(w[1], 0 | 0xD0..=0xD7);
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let too_big = || Error::new(Code::PhotoTooBig, format!("At most {MAX_PIXELS} pixels, {MAX_SIDE} on a side.")).at("body");
    let fault = |e: image::ImageError| match e {
        image::ImageError::Limits(_) => too_big(),
        _ => unreadable(),
    };
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    // The limits above are those of what decoders need beside the pixels.
    if u64::from(width) * u64::from(height) > MAX_PIXELS || 2 * decoder.total_bytes() > MAX_MEMORY {
        return Err(too_big());
    }
    let orientation = decoder.orientation().map_err(fault)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn fit_size(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scaled = |v: u32| u32::try_from(u64::from(v) * u64::from(side) / u64::from(longest)).unwrap_or(side).max(1);
    (scaled(width), scaled(height))
}

fn fit(picture: &DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = fit_size(picture.width(), picture.height(), side);
    if (width, height) == (picture.width(), picture.height()) {
        return picture.clone();
    }
    picture.thumbnail_exact(width, height)
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>> {
    let mut out = vec![];
    // What is transparent becomes white, as on a page.
    let flat = flattened(picture);
    flat.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).map_err(Error::internal)?;
    Ok(out)
}

fn flattened(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.to_rgb8());
    }
    let mut white = image::RgbaImage::from_pixel(picture.width(), picture.height(), image::Rgba([255; 4]));
    image::imageops::overlay(&mut white, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(white).to_rgb8().into()
}

/// Where the camera says it was. Nothing when it does not say, or says nonsense.
fn position(bytes: &[u8]) -> Option<LonLat> {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let degrees = |tag, reference, negative: &str| {
        let exif::Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
        let [d, m, s] = parts.get(..3)? else { return None };
        let sign = exif.get_field(reference, In::PRIMARY)?.display_value().to_string();
        let value = d.to_f64() + m.to_f64() / 60.0 + s.to_f64() / 3600.0;
        Some(if sign == negative { -value } else { value })
    };
    let lon = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    let lat = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    LonLat::new(lon, lat).ok().filter(|p| p.lon != 0.0 || p.lat != 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(width, height, image::Rgba([9, 90, 200, 255])))
    }

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(vec![]);
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        written(&picture(width, height), ImageFormat::Png)
    }

    /// A picture whose header says other sides; its checksum is made to match.
    fn lying(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        png
    }

    #[test]
    fn a_photo_is_kept_in_three_sizes_and_never_enlarged() {
        let done = prepare(&png(3000, 1500), "image/png").unwrap();
        let sizes = done.files.each_ref().map(|f| {
            let p = image::load_from_memory_with_format(f, ImageFormat::Jpeg).unwrap();
            (p.width(), p.height())
        });
        assert_eq!((sizes, done.size), ([(240, 120), (1080, 540), (2560, 1280)], PhotoSize { width: 2560, height: 1280 }));
        assert_eq!(prepare(&png(100, 50), "image/png").unwrap().size, PhotoSize { width: 100, height: 50 });
    }

    #[test]
    fn what_is_no_photo_is_told_apart() {
        let code = |bytes: &[u8], kind| prepare(bytes, kind).err().unwrap().code;
        let good = png(64, 64);
        assert_eq!(code(b"", "image/png"), Code::PhotoUnreadable);
        assert_eq!(code(&good[..good.len() / 2], "image/png"), Code::PhotoUnreadable);
        assert_eq!(code(b"GIF89a nothing", "image/png"), Code::PhotoMislabelled);
        assert_eq!(code(b"no picture at all", "image/jpeg"), Code::PhotoUnreadable);
        assert_eq!(code(&good, "image/jpeg"), Code::PhotoMislabelled);
        assert_eq!(code(&good, "image/heic"), Code::UnsupportedMediaType);
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let code = |bomb: Vec<u8>| prepare(&bomb, "image/png").err().unwrap().code;
        assert_eq!(code(lying(png(64, 64), 50_000, 50_000)), Code::PhotoTooBig);
        assert_eq!(code(lying(png(64, 64), 8000, 8000)), Code::PhotoTooBig);
        // Eight bytes a pixel take too much memory where four do not.
        let deep = written(&DynamicImage::ImageRgba16(picture(64, 64).into_rgba16()), ImageFormat::Png);
        assert_eq!(code(lying(deep, 7000, 7000)), Code::PhotoTooBig);
        assert_eq!(code(lying(png(64, 64), 2000, 2000)), Code::PhotoUnreadable);
    }

    #[test]
    fn webp_is_read_as_well() {
        let webp = written(&picture(300, 200), ImageFormat::WebP);
        assert_eq!(prepare(&webp, "image/webp").unwrap().size, PhotoSize { width: 300, height: 200 });
        let code = |bytes: &[u8], kind| prepare(bytes, kind).err().unwrap().code;
        assert_eq!(code(&webp[..webp.len() / 2], "image/webp"), Code::PhotoUnreadable);
        assert_eq!(code(&webp, "image/png"), Code::PhotoMislabelled);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, b| {
            (0..8).fold(crc ^ u32::from(*b), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
        })
    }
}
