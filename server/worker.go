package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/wire"
)

// newWorkerCommand makes `centroid worker`, a further process that trains.
func newWorkerCommand(getenv func(string) string) *cobra.Command {
	c := config.Defaults(getenv)
	cmd := &cobra.Command{
		Use: "worker", Short: "Train for a server, as a further process on its data folder", Args: cobra.NoArgs,
		Long: "Train for a server, as a further process on its data folder. It takes trainings from the queue until Ctrl-C;\n" +
			"those at work then leave a checkpoint, from which another worker goes on. " + envHelp,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := logger(c, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return work(cmd.Context(), c, log)
		},
	}
	c.Store(cmd.Flags())
	c.Training(cmd.Flags())
	settings(cmd, &c, getenv)
	return cmd
}

func work(ctx context.Context, c config.Config, log *slog.Logger) (err error) {
	data, err := openFolder(ctx, c, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	log.Info("training what the queue holds", "data", c.Data)
	return newWorker(c, data, nobody{}, log).Run(ctx)
}

// newWorker makes a worker on the folder.
func newWorker(c config.Config, data *folder, watchers train.Watchers, log *slog.Logger) *train.Worker {
	return train.NewWorker(train.WorkerOptions{
		Queue: data.queue, Watchers: watchers, Models: data.models, Open: data.open, MatrixDir: data.matrix,
		Workers: c.Workers, Jobs: c.Jobs, Logger: log,
	})
}

// nobody watches in this process: the server's hub finds the events in the log.
type nobody struct{}

func (nobody) Publish(...wire.Event) {}
func (nobody) Look()                 {}
