package job

import "context"

// builds are what has been built of folders, so that one that is plugin and event
// plugin at once is built once. The zero value is ready.
type builds struct{ made map[string]built }

type built struct {
	path string
	err  error
}

func (b *builds) has(p *plugin) bool {
	_, ok := b.made[p.source]
	return ok
}

// executable returns the path of a plugin's executable, as [Executable] does.
func (b *builds) executable(ctx context.Context, p *plugin) (string, error) {
	if !p.build {
		return Executable(ctx, p.source)
	}
	if !b.has(p) {
		if b.made == nil {
			b.made = map[string]built{}
		}
		path, err := Executable(ctx, p.source)
		b.made[p.source] = built{path, err}
	}
	made := b.made[p.source]
	return made.path, made.err
}
