//! core/session
