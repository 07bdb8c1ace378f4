// Package archtest holds the rules of this repository that a compiler does not
// know, as tests, so that "go test ./..." keeps the architecture:
//
//   - which room may import which, with the reason of each in its failure
//     message (rooms_test.go), and who may import what from elsewhere
//     (outside_test.go);
//   - every package and every exported name of framework and sdk is
//     documented, and no file outgrows its reader (docs_test.go);
//   - no test is skipped and none synchronises by sleeping
//     (patterns_test.go);
//   - no file, of whatever kind, refers to what a clone of this repository does
//     not have (references_test.go);
//   - no merge conflict is left in any file (conflicts_test.go).
//
// The tests read the source of all platforms and build tags, and build
// nothing. Nested modules are left out, but for references and conflicts. Rules are checked
// on planted violations too, so that a rule that cannot fail is noticed.
package archtest
