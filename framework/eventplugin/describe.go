package eventplugin

import (
	"context"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Describe starts the process of a plugin, asks what it offers and stops it: it
// returns what the process would serve as. Its set-up does not run. Errors are
// those of an attachment.
func Describe(ctx context.Context, plugin *Spec) (task.EventPlugin, error) {
	s, err := plugin.resolve()
	if err != nil {
		return task.EventPlugin{}, err
	}
	p, err := s.describe(ctx)
	if err != nil {
		return task.EventPlugin{}, s.errorf("%w", err)
	}
	return p, nil
}

func (s *Spec) describe(ctx context.Context) (out task.EventPlugin, err error) {
	if s.absent != nil {
		return out, s.absent
	}
	folder, err := pluginproc.MakeFolder()
	if err != nil {
		return out, err
	}
	defer folder.Remove()
	ctx, cancel := s.starting(ctx)
	defer cancel()
	proc, err := pluginproc.Start(ctx, s.process(folder, nil))
	if err != nil {
		return out, err
	}
	defer proc.Stop(ctx)
	offered, err := session.Describe(ctx, proc.Conn())
	if err != nil {
		return out, explain(proc, err)
	}
	part, err := choose(offered.GetEventPlugins(), s)
	if err != nil {
		return out, err
	}
	for _, p := range session.EventPlugins(offered) {
		if p.Name == part.GetName() {
			out = p
		}
	}
	return out, nil
}
