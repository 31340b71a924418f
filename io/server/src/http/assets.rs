// SPDX-License-Identifier: MIT OR Apache-2.0
//! The web client, out of the binary. Every path that is no file is the page itself, which reads the path.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
};

use crate::problem::ApiError;

/// One file of the web client.
struct Asset {
    path: &'static str,
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
    etag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Shows the file at the path, or the page.
pub(crate) async fn show(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_file =
        path.rsplit('/').next().is_some_and(|name| name.contains('.')) || path.starts_with("assets/");
    let found = match find(path) {
        Some(asset) => Some(asset),
        None if is_file => None,
        None => find("index.html"),
    };
    found.map_or_else(
        || ApiError::not_found().into_response(),
        |asset| respond(asset, &headers),
    )
}

fn find(path: &str) -> Option<&'static Asset> {
    let index = ASSETS.binary_search_by_key(&path, |asset| asset.path).ok()?;
    ASSETS.get(index)
}

fn respond(asset: &'static Asset, headers: &HeaderMap) -> Response {
    // Names under assets/ carry a hash of the contents.
    let cache_control = if asset.path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let common = [
        (CACHE_CONTROL, HeaderValue::from_static(cache_control)),
        (ETAG, HeaderValue::from_static(asset.etag)),
        (VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if headers
        .get(IF_NONE_MATCH)
        .is_some_and(|etag| etag.as_bytes() == asset.etag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let content_type = [(CONTENT_TYPE, HeaderValue::from_static(content_type(asset.path)))];
    match asset.gzip.filter(|_| accepts_gzip(headers)) {
        Some(gzip) => {
            let encoding = [(CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            (common, content_type, encoding, gzip).into_response()
        }
        None => (common, content_type, asset.bytes).into_response(),
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    accepted
        .split(',')
        .map(|coding| coding.split(';').map(str::trim))
        .any(|mut coding| {
            matches!(coding.next(), Some("gzip" | "*"))
                && !coding.any(|parameter| matches!(parameter, "q=0" | "q=0.0"))
        })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_in_the_order_that_finding_them_needs() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
        assert!(find("index.html").is_some(), "there is always a page");
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let check = |accepted: &'static str, expected: bool| {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(accepts_gzip(&headers), expected, "{accepted}");
        };
        check("gzip, deflate, br", true);
        check("br;q=1.0, gzip;q=0.8", true);
        check("*", true);
        check("br", false);
        check("gzip;q=0", false);
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
