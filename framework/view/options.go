package view

// Columns of a rendered tree.
const (
	DefaultWidth = 80
	MinWidth     = 40
)

// Options say how a tree is drawn. The zero value is fine.
type Options struct {
	// Width is the number of columns. 0 means [DefaultWidth]; what is less than
	// [MinWidth] is taken for it.
	Width int
	// ASCII draws with ASCII alone and escapes all other characters.
	ASCII bool
	// HideRefs leaves references out, which differ from run to run.
	HideRefs bool
}

func (o Options) width() int {
	if o.Width == 0 {
		return DefaultWidth
	}
	return max(o.Width, MinWidth)
}
