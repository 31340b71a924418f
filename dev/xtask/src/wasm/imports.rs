// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads from a WebAssembly module what it imports (WebAssembly Core Specification, section 5.5.5).

use anyhow::{Context as _, Result, bail, ensure};

/// Returns the names of the modules that `module` imports from, each once, in order of appearance.
///
/// # Errors
/// If the bytes are not a WebAssembly module.
pub(super) fn modules(module: &[u8]) -> Result<Vec<String>> {
    let mut reader = Reader { rest: module };
    ensure!(reader.take(8)? == b"\0asm\x01\0\0\0", "not a WebAssembly module");
    while !reader.rest.is_empty() {
        let id = reader.byte()?;
        let size = reader.number()?;
        let section = reader.take(size)?;
        if id == IMPORT_SECTION {
            return names(section);
        }
    }
    Ok(Vec::new())
}

fn names(section: &[u8]) -> Result<Vec<String>> {
    let mut reader = Reader { rest: section };
    let mut found = Vec::new();
    for _ in 0..reader.number()? {
        let name = reader.name()?;
        reader.name()?;
        match reader.byte()? {
            FUNCTION => drop(reader.number()?),
            TABLE => {
                reader.byte()?;
                reader.limits()?;
            }
            MEMORY => reader.limits()?,
            GLOBAL => drop(reader.take(2)?),
            TAG => {
                reader.byte()?;
                reader.number()?;
            }
            other => bail!("unknown kind of import: {other}"),
        }
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(found)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self
            .rest
            .split_at_checked(count)
            .context("the module ends early")?;
        self.rest = rest;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// Reads an unsigned LEB128 number of at most 32 bits.
    fn number(&mut self) -> Result<usize> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        bail!("a number is longer than it may be")
    }

    fn name(&mut self) -> Result<String> {
        let size = self.number()?;
        String::from_utf8(self.take(size)?.to_vec()).context("a name is not text")
    }

    fn limits(&mut self) -> Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }
}

const IMPORT_SECTION: u8 = 2;
const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;
const TAG: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_every_kind_are_named_once_by_module() {
        let imports = [
            &b"\x04"[..],
            b"\x03env\x01f\x00\x05",
            b"\x03env\x01m\x02\x01\x01\x10",
            b"\x02./\x01t\x01\x70\x00\x01",
            b"\x03wbg\x01g\x03\x7f\x00",
        ]
        .concat();
        assert_eq!(
            modules(&module(&imports)).expect("it is well-formed"),
            ["env", "./", "wbg"]
        );
    }

    #[test]
    fn a_module_that_imports_nothing_has_no_names() {
        assert!(modules(b"\0asm\x01\0\0\0").expect("it is well-formed").is_empty());
    }

    #[test]
    fn truncated_and_foreign_bytes_are_refused() {
        modules(b"MZ").expect_err("not a module");
        modules(&module(b"\x01\x03env\x01")).expect_err("it ends in the middle of an import");
    }

    fn module(imports: &[u8]) -> Vec<u8> {
        let size = u8::try_from(imports.len()).expect("the fixture is short");
        [
            &b"\0asm\x01\0\0\0"[..],
            &[1, 4, 1, 0x60, 0, 0],
            &[IMPORT_SECTION, size],
            imports,
        ]
        .concat()
    }
}
