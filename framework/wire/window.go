package wire

// WindowBytes is how much either side may send before the other has read it, on a
// connection and on each of its streams. It does not adapt: gRPC would find out
// by a ping with every frame what the connection can bear, which wakes both sides
// once more for each, and these connections go from one process to another.
const WindowBytes = 16 << 20
