// SPDX-License-Identifier: MIT OR Apache-2.0
//! Puts the built web client into the binary, compressed once here and not once per request. Without a built
//! client the crate still builds, and serves a page that says how to get one.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash as _, Hasher as _},
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = root.join("../../web/dist");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    // Cargo takes a missing directory for one that changed, and would build this crate every time.
    fs::create_dir_all(&dist).expect("web/ is writable");
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/http/no_client.html");

    let mut files = Vec::new();
    walk(&dist, &mut files);
    if !dist.join("index.html").is_file() {
        files.push((String::from("index.html"), root.join("src/http/no_client.html")));
    }
    let mut assets: Vec<String> = Vec::new();
    files.sort();
    for (number, (path, file)) in files.iter().enumerate() {
        let bytes = fs::read(file).expect("the web client does not change while it is embedded");
        let plain = out.join(format!("asset-{number}"));
        fs::write(&plain, &bytes).expect("OUT_DIR is writable");
        let gzip = compress(&bytes).map_or_else(
            || String::from("None"),
            |compressed| {
                let file = out.join(format!("asset-{number}.gz"));
                fs::write(&file, compressed).expect("OUT_DIR is writable");
                format!("Some(include_bytes!({file:?}))")
            },
        );
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        assets.push(format!(
            "Asset {{ path: {path:?}, bytes: include_bytes!({plain:?}), gzip: {gzip}, etag: \"\\\"{:016x}\\\"\" }}",
            hasher.finish()
        ));
    }
    let source = format!("static ASSETS: &[Asset] = &[\n{}\n];\n", assets.join(",\n"));
    fs::write(out.join("assets.rs"), source).expect("OUT_DIR is writable");
}

/// Collects (path under the root with `/`, file), whatever the order.
fn walk(root: &Path, files: &mut Vec<(String, PathBuf)>) {
    let mut directories = vec![root.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a readable directory") {
            let path = entry.expect("a readable directory").path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let below = path.strip_prefix(root).expect("walked from the root");
                let name = below
                    .to_str()
                    .expect("our own build makes names in UTF-8")
                    .replace('\\', "/");
                files.push((name, path));
            }
        }
    }
}

/// Returns `None` where compression gains less than a tenth: pictures, fonts.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("writing to memory");
    let compressed = encoder.finish().expect("writing to memory");
    (compressed.len() * 10 < bytes.len() * 9).then_some(compressed)
}
