//! core/e2ee
