//! io/server
