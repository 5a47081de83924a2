package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/app"
	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/httpd"
	"github.com/centroid-studio/centroid/server/hub"
	"github.com/centroid-studio/centroid/server/obs"
	"github.com/centroid-studio/centroid/server/remote"
	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/server/upload"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
	"github.com/centroid-studio/centroid/web"
)

const envHelp = "Each flag can be set by an environment\nvariable too: --log-level is CENTROID_LOG_LEVEL."

// newServeCommand makes `centroid serve`.
func newServeCommand(getenv func(string) string) *cobra.Command {
	c := config.Defaults(getenv)
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the pages, the API and the trainings", Args: cobra.NoArgs,
		Long: "Serve the pages, the API and the trainings until Ctrl-C. Nothing needs to be configured; all state lies in one\n" +
			"folder. The address is printed on standard output when the server answers. " + envHelp,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := logger(c, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, cmd.OutOrStdout(), log)
		},
	}
	c.Serving(cmd.Flags())
	c.Store(cmd.Flags())
	c.Training(cmd.Flags())
	c.Passwords(cmd.Flags())
	settings(cmd, &c, getenv)
	return cmd
}

// serve starts the parts in order, prints the address, and when ctx ends stops
// them in the reverse order, which is that of the deferred calls: the front
// first, so that nothing comes in, then the trainings, which leave a
// checkpoint and give their leases back, then those that they write to.
func serve(ctx context.Context, c config.Config, stdout io.Writer, log *slog.Logger) (err error) {
	l, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer l.Close() // the front has closed it, unless a part below did not start
	data, err := openFolder(ctx, c, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	users, err := accounts(c, data.store)
	if err != nil {
		return err
	}
	metrics := obs.NewMetrics(version)
	if c.Pprof != "" {
		stop, err := obs.Profile(c.Pprof, metrics, log)
		if err != nil {
			return inUse("pprof", c.Pprof, err)
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	watchers := hub.New(hub.Options{Log: data.queue, Logger: log})
	defer func() { err = errors.Join(err, watchers.Close()) }()

	failed := make(chan error, 2)
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var training sync.WaitGroup
	worker := newWorker(c, data, counted{watchers, metrics}, log)
	training.Go(func() {
		if err := worker.Run(work); err != nil {
			failed <- err
		}
	})
	training.Go(func() { sweep(work, data.uploads, log) })
	defer func() { stopWork(); training.Wait() }()

	frames, err := newFrames(c, data.datasets)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, frames.Close()) }()
	profiler := newProfiler(stats.New(stats.Options{Tables: tables{data.datasets}, Clusters: data.models}), log)
	training.Go(func() { profiler.run(work) })
	handler, err := newHandler(c, data, users, watchers, frames, profiler, log)
	if err != nil {
		return err
	}
	front := newFront(l, handler, metrics, log)
	front.start(failed)
	defer func() { err = errors.Join(err, front.stop()) }()
	if _, err := fmt.Fprintf(stdout, "http://%s\n", visible(l.Addr())); err != nil {
		return fault.Wrap("main.serve", err)
	}
	log.Info("serving", "address", l.Addr(), "data", c.Data, "version", version)
	select {
	case <-ctx.Done():
		log.Info("stopping")
		return nil
	case err := <-failed:
		return err
	}
}

// sweep removes uploads that stand still, until ctx ends.
func sweep(ctx context.Context, uploads *upload.Store, log *slog.Logger) {
	each := time.NewTicker(time.Hour)
	defer each.Stop()
	for {
		if err := uploads.Sweep(); err != nil {
			log.Error("old uploads can't be removed", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
	}
}

// routes makes the pages known to go-app, which has one table of them a process.
var routes = sync.OnceFunc(app.Routes)

// newHandler joins the parts that answer requests.
func newHandler(c config.Config, data *folder, users httpd.Accounts, watchers *hub.Hub, frames frames, profiler *profiler, log *slog.Logger) (*httpd.Server, error) {
	assets, err := httpd.AssetVersion(web.Dist)
	if err != nil {
		return nil, err
	}
	routes()
	var fetcher httpd.Remote
	if c.URLImport {
		fetcher = remote.New(remote.Options{})
	}
	return httpd.New(httpd.Options{
		Uploads: data.uploads, Remote: fetcher,
		Accounts: users, Datasets: profiled{datasets{data.datasets}, profiler}, Stats: profiler.stats, Models: data.models, Hub: watchers, Frames: frames,
		Trainings: train.NewService(train.ServiceOptions{Queue: data.queue, Datasets: data.datasets, Watchers: watchers}),
		Pages:     app.Handler(assets), Styles: app.Styles, Dist: web.Dist, Samples: web.Samples,
		Health: obs.Ready(log,
			obs.Check{Name: "accounts", Run: func(ctx context.Context) error { _, err := data.store.HasDataset(ctx, ""); return err }},
			obs.Check{Name: "queue", Run: func(ctx context.Context) error { _, err := data.queue.List(ctx, ""); return err }}),
		UploadLimit: int64(c.UploadLimit), Secure: c.Secure, Proxies: c.Proxies, Version: version, Logger: log,
	})
}

// counted counts the events that pass by.
type counted struct {
	train.Watchers
	metrics *obs.Metrics
}

// Publish counts events and hands them on.
func (c counted) Publish(events ...wire.Event) {
	c.metrics.Events(events...)
	c.Watchers.Publish(events...)
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	return l, inUse("addr", addr, err)
}

// inUse puts into words why one can't listen on addr, the value of the flag.
func inUse(flag, addr string, err error) error {
	if err == nil {
		return nil
	}
	e := &fault.Error{Code: fault.Unavailable, Field: flag, Op: "main.listen", Err: err}
	another := fmt.Sprintf("choose another with --%s (or %s).", flag, config.Env(flag))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		e.Msg = fmt.Sprintf("Another program listens on %s already. Stop it, or %s", addr, another)
	case errors.Is(err, syscall.EACCES):
		e.Msg = fmt.Sprintf("This user may not listen on %s. Ports below 1024 need more rights: %s", addr, another)
	default:
		e.Msg = fmt.Sprintf("Can't listen on %s. Is it an address of this machine? If not, %s", addr, another)
	}
	return e
}

// visible gives an address that a browser on this machine can open.
func visible(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(strings.TrimSuffix(host, "%")); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
