// Reads claims as JSON and says of each whether Go's own note and tlog packages hold it.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"check/note"
	"check/tlog"
)

type claim struct {
	Kind    string   // note, record or tree
	Keys    []string // verifier keys of a note
	Text    string   // a signed note
	Leaf    string   // base64
	Path    []string // base64
	Index   int64    // from 0; of a tree, the older size
	Size    int64
	Root    string // base64
	OldRoot string // base64
}

func hash(text string) tlog.Hash {
	h, err := tlog.ParseHash(text)
	if err != nil {
		panic(err)
	}
	return h
}

func holds(c claim) error {
	var path []tlog.Hash
	for _, one := range c.Path {
		path = append(path, hash(one))
	}
	switch c.Kind {
	case "note":
		var known []note.Verifier
		for _, key := range c.Keys {
			v, err := note.NewVerifier(key)
			if err != nil {
				return err
			}
			known = append(known, v)
		}
		found, err := note.Open([]byte(c.Text), note.VerifierList(known...))
		if err != nil {
			return err
		}
		if len(found.Sigs) != len(known) || len(strings.Split(found.Text, "\n")) != 4 {
			return fmt.Errorf("not every key signed, or no checkpoint")
		}
		return nil
	case "record":
		leaf, err := base64.StdEncoding.DecodeString(c.Leaf)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(path, c.Size, hash(c.Root), c.Index, tlog.RecordHash(leaf))
	case "tree":
		return tlog.CheckTree(path, c.Size, hash(c.Root), c.Index, hash(c.OldRoot))
	}
	return fmt.Errorf("unknown claim")
}

func main() {
	var claims []claim
	if err := json.NewDecoder(os.Stdin).Decode(&claims); err != nil {
		panic(err)
	}
	answers := make([]bool, len(claims))
	for i, c := range claims {
		answers[i] = holds(c) == nil
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
