package wire

// Version1 is the protocol of package signalboxv1.
const Version1 = 1

// Versions returns the protocol versions that this module speaks, ascending.
// Host and plugin use the highest one that both of them have. The caller owns
// the slice.
func Versions() []int {
	return []int{Version1}
}
