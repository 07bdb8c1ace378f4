package plugin

import "os"

// floorBytes is how much memory a plugin process counts as in use that is not.
const floorBytes = 16 << 20

// newFloor returns memory that is never touched, and so is never there, but which
// the garbage collector counts when it decides how much may be allocated before
// it runs next. A worker whose code keeps nothing has a heap of next to nothing and
// would collect every 4 MiB: with no-op tasks, that took an eighth of all
// processors' time. Plugins that listen are no different. Who has set GOGC or GOMEMLIMIT has decided otherwise.
func newFloor() []byte {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return []byte{}
	}
	return make([]byte, floorBytes)
}
