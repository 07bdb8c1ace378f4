// Package task says what a task is, so that it is the same thing in a worker
// process and in the host's own: a [Def] is a name, the types of input and
// output, how they are encoded, and, where the code is linked in, the function
// that runs.
//
// It also holds what running code may ask of its context: what it is
// ([InfoFrom]), how far it is ([ReportProgress]), and messages to its host and
// answers from there ([Send], [Request]); and the errors that cross a process
// boundary ([Error]).
//
// # Payloads
//
// Inputs and outputs travel as bytes with a content type. Raw bytes travel as
// they are, protobuf messages as protobuf, everything else as JSON, unless the
// definition asks for CBOR ([Def.CBOR]), which unlike JSON has NaN and
// infinities. Who gets a payload in another content type than its definition
// has refuses it: values that happen to decode are none.
package task
