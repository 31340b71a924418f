// SPDX-License-Identifier: MIT OR Apache-2.0
//! Remembers what a step was built from, so that it is skipped while nothing changed.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::shell::Project;

/// A hash of the inputs of a step: names and contents, not times, which a fresh clone changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(u64);

impl Stamp {
    /// Starts from what is not in files, such as a version or a command line.
    pub(crate) fn of(text: &str) -> Self {
        Self(OFFSET).and(text.as_bytes())
    }

    /// Adds bytes.
    pub(crate) fn and(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        Self(
            (bytes.len() as u64)
                .to_le_bytes()
                .iter()
                .chain(bytes)
                .fold(self.0, step),
        )
    }

    /// Adds a file or all files of a folder, except those under folders named in `except`.
    ///
    /// # Errors
    /// If something cannot be read.
    pub(crate) fn and_path(self, path: &Path, except: &[&str]) -> Result<Self> {
        let mut stamp = self;
        for file in files(path, except)? {
            let contents = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            stamp = stamp.and(file.to_string_lossy().as_bytes()).and(&contents);
        }
        Ok(stamp)
    }

    /// Returns whether the step `name` was last done with these inputs.
    pub(crate) fn is_done(self, project: &Project, name: &str) -> bool {
        fs::read_to_string(Self::file(project, name)).is_ok_and(|text| text == self.text())
    }

    /// Notes that the step `name` was done with these inputs.
    ///
    /// # Errors
    /// If the note cannot be written.
    pub(crate) fn set_done(self, project: &Project, name: &str) -> Result<()> {
        let file = Self::file(project, name);
        fs::create_dir_all(file.parent().expect("the file lies in a folder"))?;
        fs::write(&file, self.text()).with_context(|| format!("cannot write {}", file.display()))
    }

    fn file(project: &Project, name: &str) -> std::path::PathBuf {
        project.target().join("xtask").join(name)
    }

    fn text(self) -> String {
        format!("{:016x}\n", self.0)
    }
}

/// Lists the files of a folder and its folders in order, or the path itself if it is a file.
///
/// # Errors
/// If a folder cannot be listed.
pub(crate) fn files(path: &Path, except: &[&str]) -> Result<Vec<std::path::PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    if !path.exists() {
        return Ok(found);
    }
    let mut entries: Vec<_> = fs::read_dir(path)
        .with_context(|| format!("cannot list {}", path.display()))?
        .collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let is_excepted = except.iter().any(|name| entry.file_name() == **name);
        if kind.is_dir() && !is_excepted {
            found.extend(files(&entry.path(), except)?);
        } else if kind.is_file() && !is_excepted {
            found.push(entry.path());
        }
    }
    Ok(found)
}

// FNV-1a: nobody attacks a stamp, and it needs no crate.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_tells_where_one_input_ends_and_the_next_begins() {
        assert_ne!(
            Stamp::of("").and(b"ab").and(b"c"),
            Stamp::of("").and(b"a").and(b"bc")
        );
        assert_eq!(Stamp::of("x").and(b"ab"), Stamp::of("x").and(b"ab"));
    }
}
