//go:build unix

package main

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"
)

// texts are the elements of a picture that have text.
type texts struct {
	Text []struct {
		X       float64 `xml:"x,attr"`
		Length  float64 `xml:"textLength,attr"`
		Fill    string  `xml:"fill,attr"`
		Content string  `xml:",chardata"`
	} `xml:"text"`
}

func TestPicture(t *testing.T) {
	t.Parallel()
	screen := append(plain("a <b>\n日本 x"), []cell{
		{text: "g", width: 1, color: ansi.Green}, {text: "o", width: 1, color: ansi.Green}, {text: " ", width: 1}, {text: "!", width: 1, color: ansi.Red}})
	var got texts
	require.NoError(t, xml.Unmarshal(svg(screen), &got))
	require.Len(t, got.Text, 4)
	require.Equal(t, "a <b>", got.Text[0].Content)
	require.InDelta(t, 6*charWidth, got.Text[1].Length, 0.1, "ideographs take two columns")
	require.Equal(t, "go", got.Text[2].Content)
	require.Equal(t, palette[ansi.Green], got.Text[2].Fill)
	require.InDelta(t, margin+3*charWidth, got.Text[3].X, 0.1)
}

// TestPicturesOfTheReadme are those that it shows, and pictures.
func TestPicturesOfTheReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for path, want := range map[string]string{"docs/live.svg": "photos", "docs/tree.svg": "╭─ Scheduler photos "} {
		require.Contains(t, string(readme), "("+path+")")
		data, err := os.ReadFile("../../" + path)
		require.NoError(t, err)
		var got texts
		require.NoError(t, xml.Unmarshal(data, &got))
		found := false
		for _, text := range got.Text {
			found = found || strings.HasPrefix(text.Content, want)
		}
		require.True(t, found, "%s shows nothing of %q", path, want)
	}
}
