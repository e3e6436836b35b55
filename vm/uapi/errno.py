"""The error numbers of Linux, each with its meaning in plain words.

Source: errno-base.h and errno.h of the 6.18 user API; 512 and up are the kernel's own, yet BPF lets
them through to programs.
"""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class Errno(IntEnum):
    """An error number; calls report it negated. `meaning` says in plain words what it tells."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> "Errno":
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member

    EPERM = 1, "You are not allowed to do this."
    ENOENT = 2, "There is no such thing: no file, no key, no entry."
    ESRCH = 3, "There is no such process."
    EINTR = 4, "A signal came before the call was done."
    EIO = 5, "Reading or writing failed."
    ENXIO = 6, "There is no such device or address."
    E2BIG = 7, "Too much was given: too many arguments, entries or instructions."
    ENOEXEC = 8, "The file is not a program that can be run."
    EBADF = 9, "The file descriptor is not open, or not open for this."
    ECHILD = 10, "There are no child processes."
    EAGAIN = 11, "Not possible right now; try again."
    ENOMEM = 12, "There is not enough memory."
    EACCES = 13, "Permission denied; from the verifier: the program does something not allowed."
    EFAULT = 14, "The address cannot be read or written."
    ENOTBLK = 15, "A block device is needed."
    EBUSY = 16, "The thing is in use."
    EEXIST = 17, "The thing already exists."
    EXDEV = 18, "The two places are on different file systems."
    ENODEV = 19, "There is no such device."
    ENOTDIR = 20, "A part of the path is not a directory."
    EISDIR = 21, "The path is a directory."
    EINVAL = 22, "An argument is not valid."
    ENFILE = 23, "The system has too many open files."
    EMFILE = 24, "The process has too many open files."
    ENOTTY = 25, "The device does not understand this request."
    ETXTBSY = 26, "The program file is being run."
    EFBIG = 27, "The file or number is too big."
    ENOSPC = 28, "There is no room left."
    ESPIPE = 29, "A pipe or socket has no position to seek to."
    EROFS = 30, "The file system is read-only."
    EMLINK = 31, "There are too many links."
    EPIPE = 32, "Nobody reads the other end."
    EDOM = 33, "The number is outside the domain of the function."
    ERANGE = 34, "The result does not fit its range."
    EDEADLK = 35, "Waiting would never end: a deadlock."
    ENAMETOOLONG = 36, "The name is too long."
    ENOLCK = 37, "No locks are left."
    ENOSYS = 38, "The kernel does not have this function."
    ENOTEMPTY = 39, "The directory is not empty."
    ELOOP = 40, "There are too many links or nestings in a row."
    ENOMSG = 42, "There is no message of the wanted kind."
    EIDRM = 43, "The identifier was removed."
    ENODATA = 61, "There is no data."
    ETIME = 62, "The timer ran out."
    ENONET = 64, "The machine is not on the network."
    ENOLINK = 67, "The link was cut."
    EPROTO = 71, "The protocol was not followed."
    EBADMSG = 74, "The message is not well formed."
    EOVERFLOW = 75, "The value is too large for its type."
    EBADFD = 77, "The descriptor is in a bad state."
    EILSEQ = 84, "The bytes are not a valid sequence of characters."
    EUSERS = 87, "There are too many users."
    ENOTSOCK = 88, "The descriptor is not a socket."
    EDESTADDRREQ = 89, "A destination address is needed."
    EMSGSIZE = 90, "The message or packet is too long."
    EPROTOTYPE = 91, "The protocol does not fit the kind of socket."
    ENOPROTOOPT = 92, "There is no such socket option."
    EPROTONOSUPPORT = 93, "The protocol is not supported."
    ESOCKTNOSUPPORT = 94, "The kind of socket is not supported."
    EOPNOTSUPP = 95, "The operation is not supported here."
    EPFNOSUPPORT = 96, "The protocol family is not supported."
    EAFNOSUPPORT = 97, "The address family is not supported."
    EADDRINUSE = 98, "The address is already in use."
    EADDRNOTAVAIL = 99, "The address is not one of this machine."
    ENETDOWN = 100, "The network device is down."
    ENETUNREACH = 101, "There is no route to that network."
    ENETRESET = 102, "The network cut the connection."
    ECONNABORTED = 103, "The connection was given up on this side."
    ECONNRESET = 104, "The other side cut the connection."
    ENOBUFS = 105, "There is no buffer space left."
    EISCONN = 106, "The socket is already connected."
    ENOTCONN = 107, "The socket is not connected."
    ESHUTDOWN = 108, "The socket was shut down for sending."
    ETOOMANYREFS = 109, "There are too many references."
    ETIMEDOUT = 110, "No answer came in time."
    ECONNREFUSED = 111, "Nobody listens there."
    EHOSTDOWN = 112, "The host is down."
    EHOSTUNREACH = 113, "There is no route to that host."
    EALREADY = 114, "This was already begun."
    EINPROGRESS = 115, "This has begun and is not yet done."
    ESTALE = 116, "The handle points to something gone."
    EUCLEAN = 117, "The structure needs repair; from the verifier: a bug in the kernel."
    EREMOTEIO = 121, "The remote device failed."
    EDQUOT = 122, "The quota is used up."
    ENOMEDIUM = 123, "There is no medium in the device."
    ECANCELED = 125, "The operation was cancelled."
    ENOKEY = 126, "The key needed is not there."
    EKEYEXPIRED = 127, "The key is too old."
    EKEYREVOKED = 128, "The key was withdrawn."
    EKEYREJECTED = 129, "The key was refused."
    EOWNERDEAD = 130, "The owner of the lock died."
    ENOTRECOVERABLE = 131, "The state cannot be recovered."
    ENOTSUPP = 524, "The kernel does not support this operation on this object."

    EWOULDBLOCK = EAGAIN
    EDEADLOCK = EDEADLK
    ENOTSUP = EOPNOTSUPP


_BY_NUMBER: Mapping[int, Errno] = MappingProxyType({int(error): error for error in Errno})


def errno_name(result: int) -> str | None:
    """Return the name of a result such as -2 or 2 ("ENOENT"); None where there is no such error."""
    error = _BY_NUMBER.get(abs(result))
    return None if error is None else error.name
