// Command centroid is the server, and what can be done without it: train, sweep,
// predict, measure.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/shared/fault"
)

// version is set by the linker.
var version = "dev"

// Exit codes, besides 0.
const (
	exitFault = 1   // something is away or broken
	exitUsage = 2   // the command or its input is wrong
	exitBreak = 130 // Ctrl-C, as shells have it
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second Ctrl-C ends the process at once
	err := execute(ctx, newRootCommand(os.Getenv))
	return report(os.Stderr, err)
}

// newRootCommand makes the command line. getenv gives environment variables.
func newRootCommand(getenv func(string) string) *cobra.Command {
	root := &cobra.Command{
		Use:          "centroid",
		Short:        "A table becomes clusters, live, and the clusters become a prediction that runs in the browser",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(newServeCommand(getenv), newWorkerCommand(getenv), newTrainCommand(), newSweepCommand(), newPredictCommand(), newDriftCommand(), newExportCommand(), newImportCommand(), newDataCommand(),
		newBenchCommand(), newUserCommand(getenv), newSandboxCommand(), newVersionCommand())
	for _, group := range root.Commands() {
		if group.HasSubCommands() { // by itself it prints its help; a word that is no command of it is a fault
			group.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, err) })
	return root
}

func newVersionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "centroid %s\n", version)
		return err
	}}
}

// execute runs the command line. What cobra finds wrong before a command
// begins becomes a fault of the input.
func execute(ctx context.Context, root *cobra.Command) error {
	began := false
	watchStart(root, &began)
	cmd, err := root.ExecuteContextC(ctx)
	if _, ours := errors.AsType[*fault.Error](err); err != nil && !ours && !began {
		return usage(cmd, err)
	}
	return err
}

// watchStart makes all commands note that they began.
func watchStart(cmd *cobra.Command, began *bool) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error { *began = true; return run(cmd, args) }
	}
	for _, c := range cmd.Commands() {
		watchStart(c, began)
	}
}

func usage(cmd *cobra.Command, err error) error {
	return fault.Newf(fault.Invalid, "%s\n`%s --help` says how it is used.", sentence(err.Error()), cmd.CommandPath())
}

func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") && !strings.Contains(s, "\n") {
		s += "."
	}
	return s
}

// report prints what went wrong, if anything, and gives the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "Stopped.")
		return exitBreak
	}
	code := exitUsage
	for _, e := range each(err) {
		fmt.Fprintln(w, fault.Message(e))
		switch fault.CodeOf(e) {
		case fault.Internal: // who reads this runs the program: the cause helps
			fmt.Fprintln(w, "Cause:", e)
			code = exitFault
		case fault.Unavailable, fault.Conflict:
			code = exitFault
			if cause := errors.Unwrap(e); cause != nil {
				fmt.Fprintln(w, "Cause:", cause)
			}
		}
	}
	return code
}

// each gives the faults that errors.Join holds.
func each(err error) []error {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range many.Unwrap() {
		all = append(all, each(e)...)
	}
	return all
}
