//! The conformance suite.

use std::sync::Arc;

use escl_testserver::{Server, capabilities};
use minidriver::Minidriver;
use testkit::Faces;
use wia::Result;

use crate::rig;

#[test]
fn the_driver_does_its_duties() {
    let server = Server::start(capabilities());
    let open = || -> Result<Arc<dyn Minidriver>> {
        server.mend();
        Ok(Arc::new(rig::driver(&server, rig::patient())?))
    };
    let report = testkit::check(&open, Faces::Both).unwrap();
    assert_eq!(report.failed(), 0, "{report}");
    assert!(report.passed() > 20, "{report}");
}
