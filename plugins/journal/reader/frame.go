package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A compressed journal is a sequence of zstd frames, each of which holds whole
// lines: as many as were written at once. So what is left of a write that was
// interrupted is one frame at the very end that is no whole one.

// magic is what every frame begins with.
var magic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// maxText bounds a line, and what is decoded of one frame, in bytes: a message
// of 64 MiB as base64, and room.
const maxText = 128 << 20

// errTorn says that a frame goes on beyond the end of the file.
var errTorn = errors.New("the frame is torn")

// frameSize returns the size of the frame at off: errTorn if it goes on beyond
// the end.
func frameSize(r io.ReaderAt, off int64) (int64, error) {
	head := make([]byte, zstd.HeaderMaxSize)
	n, err := r.ReadAt(head, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	head = head[:n]
	if m := min(n, len(magic)); !bytes.Equal(head[:m], magic[:m]) {
		return 0, fmt.Errorf("%w: it is no zstd frame, at byte %d", errForeign, off)
	}
	var h zstd.Header
	switch err := h.Decode(head); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, errTorn
	case err != nil:
		return 0, fmt.Errorf("%w: its zstd frame at byte %d: %w", errForeign, off, err)
	}
	at := off + int64(h.HeaderSize)
	for last := false; !last; {
		var block [3]byte
		if err := readFull(r, block[:], at); err != nil {
			return 0, err
		}
		word := uint32(block[0]) | uint32(block[1])<<8 | uint32(block[2])<<16
		last = word&1 != 0
		size := int64(word >> 3)
		if word>>1&3 == 1 { // one byte, so many times
			size = 1
		}
		at += int64(len(block)) + size
		if at-off > maxText {
			return 0, fmt.Errorf("%w: its zstd frame at byte %d has more than %d bytes", errForeign, off, maxText)
		}
	}
	if h.HasCheckSum {
		at += 4
	}
	var end [1]byte
	if err := readFull(r, end[:], at-1); err != nil {
		return 0, err
	}
	return at - off, nil
}

// readFull fills buf, or says that the file ends before.
func readFull(r io.ReaderAt, buf []byte, off int64) error {
	n, err := r.ReadAt(buf, off)
	switch {
	case n == len(buf):
		return nil
	case errors.Is(err, io.EOF):
		return errTorn
	}
	return err
}

// decoder decodes frames. Its zero value is ready for use.
type decoder struct {
	zstd *zstd.Decoder
	raw  []byte
	text []byte
}

// frame decodes the frame at off. The text is valid until the next one.
func (d *decoder) frame(r io.ReaderAt, off, size int64) ([]byte, error) {
	if d.zstd == nil {
		var err error
		if d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxText)); err != nil {
			return nil, err
		}
	}
	if int64(cap(d.raw)) < size {
		d.raw = make([]byte, size)
	}
	d.raw = d.raw[:size]
	if err := readFull(r, d.raw, off); err != nil {
		return nil, err
	}
	var err error
	if d.text, err = d.zstd.DecodeAll(d.raw, d.text[:0]); err != nil {
		return nil, fmt.Errorf("%w: its zstd frame at byte %d: %w", errForeign, off, err)
	}
	if !bytes.HasSuffix(d.text, []byte("\n")) {
		return nil, fmt.Errorf("%w: its zstd frame at byte %d does not end with a line", errForeign, off)
	}
	return d.text, nil
}

func (d *decoder) close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
}
