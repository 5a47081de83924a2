package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/shared/fault"
)

// userCommand is what the commands below `centroid user` share.
type userCommand struct{ config config.Config }

// newUserCommand makes `centroid user`, which works on the data folder, with a
// server at work on it or without.
func newUserCommand(getenv func(string) string) *cobra.Command {
	u := &userCommand{config.Defaults(getenv)}
	cmd := &cobra.Command{Use: "user", Short: "Add, list and delete users, and set their passwords", Args: cobra.NoArgs,
		Long: "Add, list and delete users, and set their passwords, in the data folder; a server may be at work on it.\n" +
			"Passwords are asked for on the terminal, or are the first line of standard input."}
	u.config.Store(cmd.PersistentFlags())
	u.config.Passwords(cmd.PersistentFlags())
	settings(cmd, &u.config, getenv)

	var email string
	add := &cobra.Command{Use: "add NAME", Short: "Add a user", Args: oneName, RunE: func(cmd *cobra.Command, args []string) error {
		return u.add(cmd, args[0], email)
	}}
	add.Flags().StringVar(&email, "email", "", "e-mail address (none if empty)")
	var yes bool
	del := &cobra.Command{Use: "delete NAME", Short: "Delete a user with all datasets and models", Args: oneName, RunE: func(cmd *cobra.Command, args []string) error {
		return u.delete(cmd, args[0], yes)
	}}
	del.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.AddCommand(add, del,
		&cobra.Command{Use: "list", Short: "List the users", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			return u.list(cmd)
		}},
		&cobra.Command{Use: "password NAME", Short: "Set a user's password, which ends all sessions and tokens", Args: oneName, RunE: func(cmd *cobra.Command, args []string) error {
			return u.password(cmd, args[0])
		}})
	return cmd
}

func oneName(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give one name, not %d", len(args))
	}
	return nil
}

// with opens the data folder for fn.
func (u *userCommand) with(ctx context.Context, fn func(*folder) error) (err error) {
	data, err := openFolder(ctx, u.config, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	return fn(data)
}

func (u *userCommand) add(cmd *cobra.Command, name, email string) error {
	ctx := cmd.Context()
	secret, err := readPassword(ctx, cmd.InOrStdin(), cmd.ErrOrStderr(), "Password of "+name)
	if err != nil {
		return err
	}
	return u.with(ctx, func(data *folder) error {
		users, err := accounts(u.config, data.store)
		if err != nil {
			return err
		}
		made, err := users.AddUser(ctx, name, email, secret)
		if err != nil {
			return err
		}
		return say(cmd, "Added %s.", made.Name)
	})
}

func (u *userCommand) list(cmd *cobra.Command) error {
	return u.with(cmd.Context(), func(data *folder) error {
		all, err := data.store.Users(cmd.Context())
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "name\te-mail\tadded")
		for _, one := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\n", one.Name, one.Email, one.Created.UTC().Format(time.RFC3339))
		}
		return fault.Wrap("user.list", w.Flush())
	})
}

func (u *userCommand) password(cmd *cobra.Command, name string) error {
	ctx := cmd.Context()
	return u.with(ctx, func(data *folder) error {
		one, err := find(ctx, data, name)
		if err != nil {
			return err
		}
		secret, err := readPassword(ctx, cmd.InOrStdin(), cmd.ErrOrStderr(), "New password of "+one.Name)
		if err != nil {
			return err
		}
		users, err := accounts(u.config, data.store)
		if err != nil {
			return err
		}
		if err := users.SetPassword(ctx, one, "password", secret, ""); err != nil {
			return err
		}
		return say(cmd, "Set the password of %s. All sessions and tokens have ended.", one.Name)
	})
}

// delete removes a user and all that is the user's. Trainings are canceled
// first, so that none makes a model of what goes away.
func (u *userCommand) delete(cmd *cobra.Command, name string, yes bool) error {
	ctx := cmd.Context()
	return u.with(ctx, func(data *folder) error {
		one, err := find(ctx, data, name)
		if err != nil {
			return err
		}
		tables, err := data.datasets.List(ctx, one.ID)
		if err != nil {
			return err
		}
		models, err := data.models.List(ctx, one.ID)
		if err != nil {
			return err
		}
		if !yes {
			ask := fmt.Sprintf("Delete %s with %d datasets and %d models? This can't be undone. Type the name to go on: ", one.Name, len(tables), len(models))
			answer, err := readLine(cmd.InOrStdin(), cmd.ErrOrStderr(), ask)
			if err != nil {
				return err
			}
			if answer != one.Name {
				return fault.Newf(fault.Canceled, "Nothing was deleted: the answer was not %q. Without a question: --yes.", one.Name)
			}
		}
		jobs, err := data.queue.List(ctx, one.ID)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if err := data.queue.Cancel(ctx, j.ID); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if err := data.datasets.Delete(ctx, one.ID, t.ID); err != nil {
				return err
			}
		}
		if err := data.store.DeleteUser(ctx, one.ID); err != nil {
			return err
		}
		return say(cmd, "Deleted %s with %d datasets and %d models.", one.Name, len(tables), len(models))
	})
}

func find(ctx context.Context, data *folder, name string) (auth.User, error) {
	one, err := data.store.UserByName(ctx, name)
	if fault.CodeOf(err) == fault.NotFound {
		return one, fault.Newf(fault.NotFound, "There is no user %q. `centroid user list` lists them.", name)
	}
	return one, err
}

func say(cmd *cobra.Command, format string, args ...any) error {
	_, err := fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
	return fault.Wrap("user.say", err)
}

// readPassword asks twice on a terminal, without an echo; of anything else it
// reads the first line.
func readPassword(ctx context.Context, in io.Reader, out io.Writer, what string) (string, error) {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return readLine(in, io.Discard, "")
	}
	first, err := readSecret(ctx, f, out, what+": ")
	if err != nil {
		return "", err
	}
	second, err := readSecret(ctx, f, out, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", fault.Fieldf("password", "The two passwords differ. Nothing was changed; try again.")
	}
	return first, nil
}

// readSecret reads a line of a terminal without an echo, which comes back when ctx ends too.
func readSecret(ctx context.Context, terminal *os.File, out io.Writer, prompt string) (string, error) {
	const op = "user.readSecret"
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fault.Wrap(op, err)
	}
	fmt.Fprint(out, prompt)
	defer fmt.Fprintln(out)
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() { // ends with the process if ctx does first: a terminal's read can't be broken off
		line, err := term.ReadPassword(fd)
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		if errors.Is(a.err, io.EOF) {
			return "", fault.Newf(fault.Canceled, "No password was typed. Nothing was changed.")
		}
		return string(a.line), fault.Wrap(op, a.err)
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(fd, before))
	}
}

// readLine reads the first line of in, after a prompt.
func readLine(in io.Reader, out io.Writer, prompt string) (string, error) {
	fmt.Fprint(out, prompt)
	line, err := bufio.NewReader(io.LimitReader(in, 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fault.Wrap("user.readLine", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
