package live

import (
	"log"
	"os"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/framework/status"
)

// Display has a run shown on standard error, with the panels of the program
// below it.
func Display(panels ...Panel) scheduler.RunOption {
	return On(New(os.Stderr, Options{Panels: panels}))
}

// On has a run shown on a screen. It panics if the screen is nil.
func On(s *Screen) scheduler.RunOption {
	if s == nil {
		panic("live: On needs a screen, not nil")
	}
	return scheduler.Displayed(&display{screen: s})
}

// display shows the run of a scheduler of this program.
type display struct {
	screen *Screen
	took   bool // the standard logger was taken from the terminal
}

// Begin implements [scheduler.Display].
func (d *display) Begin(s *scheduler.Scheduler) {
	if log.Writer() == os.Stderr && d.screen.file == os.Stderr {
		log.SetOutput(d.screen)
		d.took = true
	}
	d.screen.Show(Of(status.New(s)))
}

// End implements [scheduler.Display].
func (d *display) End() {
	d.screen.Close()
	if d.took {
		log.SetOutput(os.Stderr)
	}
}
