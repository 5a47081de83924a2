package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
)

// frames computes frames and SQL over the datasets.
type frames struct {
	*duck.DuckDB
	datasets *dataset.Service
}

// newFrames makes frames; the caller closes them.
func newFrames(c config.Config, datasets *dataset.Service) (frames, error) {
	box, err := newBox(sandbox.Options{Dir: filepath.Join(c.Data, "sandbox")})
	if err != nil {
		return frames{}, err
	}
	db, err := duck.New(duck.Options{Box: box, Dir: filepath.Join(c.Data, "frame")})
	return frames{db, datasets}, err
}

// For gives the engine of one user's datasets.
func (f frames) For(owner string) frame.Engine {
	return f.DuckDB.For(owner, duck.Datasets{Service: f.datasets, Owner: owner})
}

// newBox makes a sandbox, whose processes are this program.
func newBox(o sandbox.Options) (*sandbox.Box, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fault.Wrap("main.newBox", err)
	}
	o.Command = []string{exe, "sandbox"}
	return sandbox.New(o)
}

// newSandboxCommand makes `centroid sandbox`, which sandbox.Box starts.
func newSandboxCommand() *cobra.Command {
	return &cobra.Command{Use: "sandbox", Short: "Run one query of another process of this program", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fault.Wrap("main.sandbox", sandbox.Serve(cmd.InOrStdin(), cmd.OutOrStdout()))
		}}
}
