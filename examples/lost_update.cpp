// SPDX-License-Identifier: MIT
// Tasks of one loop cannot disturb each other between two awaits, but they can across one.
#include <troika/troika.hpp>

#include <iostream>
#include <utility>
#include <vector>

struct account {
    int balance = 0;
    troika::mutex mutex{"account"};
};

troika::task<void> pay_in_at_once(account& to) {
    to.balance += 1;   // no await in between: needs no lock on one loop
    co_return;
}

troika::task<void> pay_in_carelessly(account& to) {
    const int before = to.balance;
    co_await troika::yield_now();   // as asking a bank does; all others read the same balance
    to.balance = before + 1;
}

troika::task<void> pay_in(account& to) {
    auto lock = co_await to.mutex.lock();
    const int before = to.balance;
    co_await troika::yield_now();   // others run, but they wait for the lock
    to.balance = before + 1;
}

troika::task<int> ten_times(troika::task<void> (*pay)(account&)) {
    account mine;
    std::vector<troika::task<void>> payments;
    for (int i = 0; i < 10; ++i) payments.push_back(pay(mine));
    co_await troika::gather(std::move(payments));
    co_return mine.balance;
}

troika::task<void> async_main() {
    const int at_once = co_await ten_times(pay_in_at_once);
    const int careless = co_await ten_times(pay_in_carelessly);
    const int locked = co_await ten_times(pay_in);
    std::cout << "at once " << at_once << ", carelessly " << careless << ", locked " << locked
              << '\n';
}

int main() { troika::run(async_main()); }
