// SPDX-License-Identifier: MIT OR Apache-2.0
//! Makes the table of signs that pass for others, for `src/lookalikes.rs`: the Unicode tables that it is made from are
//! five times its size, and every browser would load them.

use std::{env, fs, io, path::Path};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_security::skeleton;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = Vec::new();
    let mut last = 0;
    for sign in ('\0'..=char::MAX).filter(|sign| !is_syllable(*sign)) {
        let prototype = prototype(sign);
        if prototype.chars().eq([sign]) {
            continue;
        }
        let Ok(length) = u8::try_from(prototype.len()) else {
            continue;
        };
        // Both lengths are small: signs stand close together, and prototypes are short.
        write_number(&mut table, u32::from(sign) - last);
        table.push(length);
        table.extend_from_slice(prototype.as_bytes());
        last = u32::from(sign);
    }
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&folder).join("lookalikes"), table)
}

/// Returns what a sign looks like (Unicode Technical Standard 39, section 4), without what does not show.
fn prototype(sign: char) -> String {
    let composed: String = [sign].into_iter().nfkc().collect();
    let prototype: String = skeleton(&composed).nfkd().collect();
    prototype.chars().filter(|sign| shows(*sign)).collect()
}

/// Returns whether a sign tells one name from another at a glance.
fn shows(sign: char) -> bool {
    !(sign.is_whitespace() || sign.is_control() || is_combining_mark(sign) || is_ignorable(sign))
}

// The ranges of Default_Ignorable_Code_Point (Unicode 17, DerivedCoreProperties.txt) with the Braille blank, which is
// no space and looks like one.
fn is_ignorable(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}')
}

/// Hangul syllables, whose parts follow from their number, and the planes in which nothing has a shape.
fn is_syllable(sign: char) -> bool {
    matches!(sign, '\u{ac00}'..='\u{d7a3}' | '\u{e0000}'..)
}

/// Seven bits a byte, lowest first; the eighth says that another one follows.
fn write_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}
