//! io/media
