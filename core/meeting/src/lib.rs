//! core/meeting
